"""What a rule asks and whom it asks, in words, beside the JSON it is kept as."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from itsm.approvals.quorum import Sort
from itsm.core.reading import OPERATORS, read
from itsm.people.roles import Role


def conditions_in_words(conditions: Sequence[Mapping[str, Any]]) -> str:
    """When the rule fits, such as “Risk band is one of high; tier is at most 2”."""
    return str(capfirst("; ".join(map(_condition, conditions)))) or _("Always")


def stages_in_words(stages: Sequence[Mapping[str, Any]]) -> list[str]:
    """Who is asked, a line for each stage, in their order."""
    return [
        f"{place}. {_named(each)}{', '.join(_asked(each))}: {_quorum(each)}"
        for place, each in enumerate(stages, 1)
    ]


def _condition(condition: Mapping[str, Any]) -> str:
    field, value = _plain(condition["field"]), _plain(condition["value"])
    return f"{field} {OPERATORS[condition['op']]} {value}"


def _plain(value: Any) -> str:
    return str(read(value)).replace("_", " ")


def _named(stage: Mapping[str, Any]) -> str:
    return f"{stage['name']} – " if stage.get("name") else ""


def _asked(stage: Mapping[str, Any]) -> Iterator[str]:
    yield from map(str, stage.get("users", []))
    if team := stage.get("team"):
        is_each = stage.get("each_member")
        words = _("each member of team %(team)s") if is_each else _("team %(team)s")
        yield words % {"team": team}
    if role := stage.get("role"):
        label = Role(role).label if role in Role.values else role
        yield _("whoever has the role %(role)s") % {"role": label}
    if stage.get("manager"):
        yield _("the manager of whoever asks")


def _quorum(stage: Mapping[str, Any]) -> str:
    amount = {"amount": stage.get("amount", 1)}
    match stage.get("quorum", Sort.FIRST):
        case Sort.ALL:
            return _("all must agree")
        case Sort.COUNT:
            return _("%(amount)s must agree") % amount
        case Sort.PERCENT:
            return _("%(amount)s %% must agree") % amount
    return _("one must agree")
