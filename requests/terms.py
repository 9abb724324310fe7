"""On which terms an item is given, as data: who must agree, and for how long it is lent. Pure.

Approval: ``{"stages": [{"who": "owner"}, {"who": "team", "team": "finance", "above": 500}]}``;
an empty list of stages leaves it to the rules of the house; nothing at all needs no leave.
Lease: ``{"days": 30}`` or ``{"until": "a question"}``, with ``remind_days``, ``extensions`` and
``extend_days``.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from itsm.approvals.quorum import Sort
from itsm.core.errors import Invalid
from itsm.currencies import CODES
from itsm.people.roles import Role
from requests.questions import Question
from requests.values import WrongRow, is_text

WHO = ("owner", "manager", "team", "role", "users")
OF_STAGE = {"who", "team", "role", "users", "above", "currency", "quorum", "amount", "name"}
MOST_STAGES = 5
LONGEST_NAME = 120
NUMBERS = {
    "days": (1, 3650),
    "remind_days": (0, 90),
    "extensions": (0, 12),
    "extend_days": (1, 365),
}
USUAL = {"remind_days": 3, "extensions": 0, "extend_days": 30}


def checked_approval(given: Any) -> dict[str, Any]:
    """Who must agree, in its one form; Invalid says what is wrong with it."""
    if not given:
        return {}
    if not isinstance(given, dict) or set(given) != {"stages"}:
        raise _wrong("approval", _("Give the stages, an empty list for the rules of the house."))
    stages = given["stages"]
    if not isinstance(stages, list) or len(stages) > MOST_STAGES:
        raise _wrong("approval", _("Give at most %(most)d stages.") % {"most": MOST_STAGES})
    checked = []
    for place, each in enumerate(stages, 1):
        try:
            checked.append(_stage(each))
        except Invalid as refusal:
            raise WrongRow(_("Stage %(place)d: %(why)s"), refusal, "approval", place) from None
    return {"stages": checked}


def stages_for(
    approval: Mapping[str, Any], *, price: float, currency: str, house: str, owner: str | None
) -> list[dict[str, Any]]:
    """The stages that apply at this price, as the approvals know them."""
    found = []
    for each in approval.get("stages", ()):
        who = each["who"]
        # A bound in another currency says nothing of this price: then they are asked.
        is_bound = each.get("above") is not None and each.get("currency", house) == currency
        if is_bound and price <= each["above"]:
            continue
        if who == "owner" and owner is None:
            continue
        usual: dict[str, dict[str, Any]] = {"owner": {"team": owner}, "manager": {"manager": True}}
        asked = usual.get(who) or {who: each[who]}
        more = {name: each[name] for name in ("quorum", "amount", "name") if name in each}
        found.append({"name": _NAMES.get(who, "Approval"), **more, **asked})
    return found


_NAMES = {
    "owner": "The item's owner",
    "manager": "The manager",
    "team": "The team",
    "role": "The role",
}


def checked_lease(given: Any, questions: Sequence[Question]) -> dict[str, Any]:
    """For how long it is lent, in its one form; Invalid says what is wrong with it."""
    if not given:
        return {}
    if not isinstance(given, dict) or set(map(str, given)) - {*NUMBERS, "until"}:
        raise _wrong("lease", _("A lease has days or until, remind_days and extensions."))
    if bool(given.get("days")) == bool(given.get("until")):
        raise _wrong("lease", _("Say how many days, or until which day that is asked for."))
    lease: dict[str, Any] = USUAL | _numbers(given)
    if until := given.get("until"):
        days = [each["name"] for each in questions if each["type"] == "date"]
        if until not in days:
            raise _wrong("lease", _("It ends on a day that is asked for."))
        lease["until"] = until
    return lease


def _numbers(given: Mapping[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, (least, most) in NUMBERS.items():
        value = given.get(name)
        if value is None:
            continue
        if type(value) is not int or not least <= value <= most:
            bounds = {"name": name, "least": least, "most": most}
            raise _wrong("lease", _("Of %(name)s give %(least)d to %(most)d.") % bounds)
        found[name] = value
    return found


def _stage(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or given.get("who") not in WHO:
        raise _wrong("approval", _("A stage says who: one of %(who)s.") % {"who": ", ".join(WHO)})
    if unknown := set(map(str, given)) - OF_STAGE:
        raise _wrong(
            "approval", _("A stage has no %(names)s.") % {"names": ", ".join(sorted(unknown))}
        )
    who = given["who"]
    named = given.get(who)
    is_good = {
        "owner": True,
        "manager": True,
        "team": isinstance(named, str) and bool(re.fullmatch(r"[a-z0-9_-]{1,60}", named)),
        "role": named in Role.values,
        "users": isinstance(named, list)
        and bool(named)
        and all(isinstance(each, str) for each in named),
    }
    if not is_good[who]:
        raise _wrong("approval", _("Say which %(who)s.") % {"who": who})
    if given.get("name") is not None and not is_text(given["name"], most=LONGEST_NAME):
        told = _("The name of a stage is a text of at most %(most)d characters.")
        raise _wrong("approval", told % {"most": LONGEST_NAME})
    above, amount = given.get("above"), given.get("amount", 1)
    if above is not None and (type(above) not in (int, float) or not 0 <= above < 10**9):
        raise _wrong("approval", _("The price above which it is asked is a number."))
    currency = given.get("currency")
    if currency is not None and not (isinstance(currency, str) and currency in CODES):
        raise _wrong("approval", _("Give the three letters of a currency, such as EUR or USD."))
    if given.get("quorum", "first") not in list(Sort) or type(amount) is not int or amount < 0:
        raise _wrong("approval", _("The quorum is one of %(known)s.") % {"known": ", ".join(Sort)})
    # What another sort of stage would need says nothing of this one.
    return {
        name: value
        for name, value in given.items()
        if value is not None and (name == who or name not in WHO)
    }


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, field=field)
