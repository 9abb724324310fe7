"""The page on which process managers try other values of the gate's policy on what was decided."""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET

from changes import gatekeeping
from changes.gate import Policy, worded
from changes.gatekeeping import Replayed
from changes.models import GatePolicy
from changes.models.gate import tiers_in
from changes.panels import VERDICT_WORDS
from itsm.core.errors import Invalid, NotAllowed
from itsm.core.fields import Choice, Decimals, Field, Line
from itsm.inventory.models import Tier
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.fields import cleaned
from itsm.tickets.forms import shown


@dataclass(frozen=True, kw_only=True)
class Tiers(Line):
    """Tiers with commas between them."""

    sort: str = field(default="line", init=False)

    def empty(self) -> Any:
        return frozenset()

    def parse(self, raw: Any) -> Any:
        text = str(super().parse(raw)).replace(" ", "")
        parts = text.split(",")
        if not all(each in [str(tier) for tier in Tier.values] for each in parts):
            raise self.wrong(_("There are the tiers 1, 2, 3 and 4."))
        return tiers_in(text)


VALUES: tuple[Field, ...] = (
    Decimals(
        name="budget_warning",
        label=_l("Error budget left under which the owner is asked"),
        required=True,
        max_length=12,
    ),
    Decimals(
        name="burn_warning",
        label=_l("Burn rate above which the owner is asked"),
        required=True,
        max_length=12,
    ),
    Choice(
        name="guarded_from",
        label=_l("Risk from which a start is to be careful"),
        required=True,
        choices=GatePolicy.Band.choices,
    ),
    Tiers(name="closed_tiers", label=_l("Tiers whose error budget must be known"), max_length=20),
)
NAMES = [each.name for each in VALUES]


@staff_only
@require_GET
def replay(request: HttpRequest) -> HttpResponse:
    """Decide again, with the values that are given, what was decided in the last 90 days."""
    user = person_of(request)
    if not user.has_perm("changes.manage"):
        raise NotAllowed(_("Only process managers replay decisions."))
    policy = gatekeeping.gate_policy()
    is_asked = any(name in request.GET for name in NAMES)
    source: Any = request.GET if is_asked else vars(policy)
    given = {name: str(source.get(name, "")).replace("\x00", "")[:40] for name in NAMES}
    try:
        values = replace(policy.values, **cleaned(VALUES, given))
    except Invalid as refusal:
        wrong = {name: sentences[0] for name, sentences in refusal.errors.items()}
        fields = shown(VALUES, user=user, given=given, wrong=wrong)
        return render(request, "changes/replay.html", {"fields": fields}, status=422)
    page = {
        "fields": shown(VALUES, user=user, given=given),
        **_results(user, values, given, before=request.GET.get("before", "")),
    }
    return render(request, "changes/replay.html", page)


def _results(user: User, values: Policy, given: dict[str, str], *, before: str) -> dict[str, Any]:
    place = int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None
    found = gatekeeping.replayed(user, values, before=place)
    older = urlencode({**given, "before": found.next_before}) if found.next_before else ""
    rows = [_row(each) for each in found.differences]
    return {"rows": rows, "looked": found.looked_at, "count": len(rows), "older": older}


def _row(replayed: Replayed) -> dict[str, Any]:
    told = replayed.difference
    return {
        "decision": replayed.decision,
        "before": told.before.word,
        "after": told.after.word,
        "before_word": VERDICT_WORDS[told.before.word],
        "after_word": VERDICT_WORDS[told.after.word],
        "is_stricter": told.is_stricter,
        "reasons": [worded(each) for each in told.reasons],
    }
