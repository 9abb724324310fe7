"""How a foreign log is read: which column says what, kept as data that anybody can write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from incidents.models import OnHoldReason, ResolutionCode
from incidents.workflow import workflow
from itsm.core.errors import Invalid
from itsm.core.plain_yaml import read_yaml
from itsm.tickets.models import Channel, Level, Priority

SHIPPED = Path(__file__).parent / "layouts"
ISO = "iso"
TEXTS = ("team", "assignee", "caller", "opened_by", "resolved_by", "category", "subcategory")
INSTANTS = ("opened_at", "resolved_at", "closed_at")
COUNTS = ("reassignments", "reopens")
CHOICES: Mapping[str, Sequence[Any]] = {
    "impact": Level.values,
    "urgency": Level.values,
    "priority": Priority.values,
    "source": Channel.values,
    "resolution": ResolutionCode.values,
}
NEEDED = ("name", "record", "at", "state")
KNOWN = {*NEEDED, "title", "by", "time", "zone", "unknown", "words", "fields", "means", "kept"}


@dataclass(frozen=True)
class Meaning:
    """A column whose words stand for ours."""

    column: str
    means: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Which column of a log says what."""

    name: str
    title: str
    record: str
    at: str
    by: str
    time: str
    zone: ZoneInfo
    unknown: frozenset[str]
    words: str
    state_columns: Sequence[str]
    states: Mapping[str, tuple[str, str]]  # the state, and on hold for what
    fields: Mapping[str, str] = field(default_factory=dict)
    means: Mapping[str, Meaning] = field(default_factory=dict)
    kept: Sequence[str] = ()

    @property
    def columns(self) -> list[str]:
        """Every column the log must have."""
        own = (self.record, self.at, self.by, *self.state_columns, *self.kept)
        told = (*self.fields.values(), *(each.column for each in self.means.values()))
        return sorted({*own, *told} - {""})


def layout_named(name: str) -> Layout:
    """The layout of this name among those shipped, or in the file of this name."""
    shipped = SHIPPED / f"{name}.yaml"
    path = shipped if name.isidentifier() and shipped.exists() else Path(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(sorted(each.stem for each in SHIPPED.glob("*.yaml")))
        raise Invalid(
            _("There is no layout %(name)s (%(why)s). Known: %(known)s, or name a file.")
            % {"name": name, "why": error, "known": known},
            field="layout",
        ) from error
    return layout_from(text)


def layout_from(text: str) -> Layout:
    """The layout a text describes; Invalid says what is wrong with it."""
    told = read_yaml(text, field="layout")
    if not isinstance(told, dict):
        raise _wrong(_("Write names and values, such as “record: number”."))
    if missing := [name for name in NEEDED if not told.get(name)]:
        raise _wrong(_("Say %(missing)s.") % {"missing": ", ".join(missing)})
    if strange := sorted(map(str, told.keys() - KNOWN)):
        raise _wrong(_("%(strange)s is not known.") % {"strange": ", ".join(strange)})
    columns, states = _states(told["state"])
    return Layout(
        name=str(told["name"])[:60],
        title=str(told.get("title") or told["name"])[:60],
        record=str(told["record"]),
        at=str(told["at"]),
        by=str(told.get("by") or ""),
        time=str(told.get("time") or ISO),
        zone=_zone(str(told.get("zone") or "UTC")),
        unknown=frozenset(map(str, told.get("unknown") or [])) | {""},
        words=str(told.get("words") or "{" + str(told["record"]) + "}"),
        state_columns=columns,
        states=states,
        fields=_fields(told.get("fields") or {}),
        means={name: _meaning(name, each) for name, each in _pairs(told.get("means"), "means")},
        kept=[str(each) for each in told.get("kept") or []],
    )


def _states(told: Any) -> tuple[list[str], dict[str, tuple[str, str]]]:
    if not isinstance(told, dict) or not told.get("columns") or not told.get("means"):
        raise _wrong(_("Say of the state which columns tell it, and what their words mean."))
    found = {}
    for word, meaning in _pairs(told["means"], "state"):
        state, _blank, reason = str(meaning).partition(" ")
        if state not in workflow.states or (reason and reason not in OnHoldReason.values):
            raise _wrong(_("%(word)s cannot mean %(meaning)s.") % vars_of(word, meaning))
        found[word] = (state, reason)
    return [str(each) for each in told["columns"]], found


def _fields(told: Any) -> dict[str, str]:
    known = {*TEXTS, *INSTANTS, *COUNTS}
    pairs = dict(_pairs(told, "fields"))
    if strange := sorted(pairs.keys() - known):
        raise _wrong(_("%(strange)s is not known.") % {"strange": ", ".join(strange)})
    return {name: str(column) for name, column in pairs.items()}


def _meaning(name: str, told: Any) -> Meaning:
    if name not in CHOICES:
        raise _wrong(_("%(strange)s is not known.") % {"strange": name})
    if not isinstance(told, dict) or not told.get("column") or not told.get("means"):
        raise _wrong(_("Say of %(name)s its column, and what its words mean.") % {"name": name})
    pairs = dict(_pairs(told["means"], name))
    for word, meaning in pairs.items():
        if meaning not in CHOICES[name]:
            raise _wrong(_("%(word)s cannot mean %(meaning)s.") % vars_of(word, meaning))
    return Meaning(str(told["column"]), pairs)


def vars_of(word: str, meaning: Any) -> dict[str, str]:
    """What a sentence about a word and its meaning is filled with."""
    return {"word": word, "meaning": str(meaning)}


def _pairs(told: Any, name: str) -> list[tuple[str, Any]]:
    if told is None:
        return []
    if not isinstance(told, dict):
        raise _wrong(_("Write names and values in %(name)s.") % {"name": name})
    return [(str(word), meaning) for word, meaning in told.items()]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong(_("There is no time zone %(name)s.") % {"name": name}) from None


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, field="layout")
