"""A rule or macro as a form holds it: typed texts, with rows that come and go."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation.conditions import FLAG, NUMBER, OPERATORS
from itsm.automation.documents import document_of
from itsm.automation.fields import MACRO, MOST_STEPS, RULE
from itsm.automation.models import Macro, Rule
from itsm.automation.told import as_lines, from_lines
from itsm.automation.wording import choices_of
from itsm.core.errors import Refused
from itsm.core.facts import Fact, facts
from itsm.core.fields import Choice, Field, Line, Lines
from itsm.core.verbs import Verb, verbs, verbs_for
from itsm.people.models import User
from itsm.tickets.desks import desks
from itsm.tickets.forms import Shown, shown

MOST_ROWS = 30
GROUPS: Mapping[str, Any] = {
    "record": _l("Record"),
    "service": _l("Service"),
    "event": _l("What happened"),
    "actor": _l("Who did it"),
    "caller": _l("Caller"),
    "assignee": _l("Assignee"),
    "alert": _l("Alert"),
    "change": _l("Change"),
    "calendar": _l("Calendar"),
}
Document = dict[str, Any]
# What these compare with is told as the number it is.
BOUNDS = ("at_least", "at_most")


@dataclass
class Draft:
    """What stands in the form now; ``typed`` are the fields that are no rows."""

    typed: Document
    conditions: list[dict[str, str]]
    steps: list[dict[str, Any]]

    def apply(self, word: str, *, new_verb: str) -> None:
        """Add, move or take away a row, as the button that was pressed says."""
        verb, _dash, rest = word.partition("-")
        noun, _dash, place = rest.partition("-")
        if noun == "event":
            self._apply_to_events(verb, place)
            return
        rows: list[Any] = self.steps if noun == "step" else self.conditions
        at = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else len(rows)
        if verb == "drop" and at < len(rows):
            rows.pop(at)
        elif verb == "up" and 0 < at < len(rows):
            rows[at - 1], rows[at] = rows[at], rows[at - 1]
        elif verb == "add" and noun == "condition" and len(rows) < MOST_ROWS:
            rows.append({"fact": "", "op": "is", "value": ""})
        elif verb == "add" and noun == "step" and new_verb in verbs and len(rows) < MOST_STEPS:
            rows.append({"verb": new_verb, "values": {}})

    def _apply_to_events(self, verb: str, place: str) -> None:
        """An event that is added was sent among the others."""
        left = [each for at, each in enumerate(self.events) if verb != "drop" or str(at) != place]
        self.typed["events"] = ", ".join(left)

    @property
    def events(self) -> list[str]:
        """The names of the events that were chosen, each once."""
        names = [each.strip() for each in self.typed.get("events", "").split(",")]
        return list(dict.fromkeys(filter(None, names)))

    def document(self) -> Document:
        """What was typed as the action takes it; conditions nobody began are left out.

        Raises Invalid where something typed cannot be read at all.
        """
        begun = [each for each in self.conditions if each["fact"]]
        return {
            **self.typed,
            "steps": [
                {"verb": step["verb"], "values": _told(step, f"steps[{place}].values")}
                for place, step in enumerate(self.steps)
            ],
            "conditions": [_condition(each) for each in begun],
        }


@dataclass(frozen=True)
class ConditionRow:
    """A condition as the form shows it."""

    place: int
    fact: str
    op: str
    value: str
    choices: Sequence[tuple[Any, Any]]
    error: str


@dataclass(frozen=True)
class StepRow:
    """A step as the form shows it."""

    place: int
    verb: Verb | None
    name: str
    fields: Sequence[Shown]
    error: str


def draft_of(record: Rule | Macro) -> Draft:
    """What the form shows of a rule or macro."""
    document = document_of(record)
    conditions = [_typed_condition(each) for each in document.pop("conditions", [])]
    steps = [
        {
            "verb": step["verb"],
            "values": {name: _ticked(value) for name, value in (step.get("values") or {}).items()},
        }
        for step in document.pop("steps")
    ]
    return Draft({name: _ticked(value) for name, value in document.items()}, conditions, steps)


def posted(post: QueryDict, fields: Iterable[Field]) -> Draft:
    """What was typed."""
    # A browser says nothing of a box that is not ticked.
    typed = {each.name: _sent(post, each) for each in fields if each.sort != "rows"}
    rows = zip(post.getlist("c-fact"), post.getlist("c-op"), post.getlist("c-value"), strict=False)
    conditions = [{"fact": fact, "op": op, "value": value} for fact, op, value in rows]
    steps = [
        {"verb": verb, "values": _values(post, f"s-{place}-")}
        for place, verb in enumerate(post.getlist("s-verb")[:MOST_STEPS])
    ]
    return Draft(typed, conditions[:MOST_ROWS], steps)


def shown_fields(
    fields: Iterable[Field], draft: Draft, *, user: User, refusal: Refused | None
) -> dict[str, Shown]:
    """The fields that are no rows, by name."""
    wrong = {refusal.field: str(refusal)} if refusal and refusal.field else {}
    plain = [_for_form(each) for each in fields if each.sort != "rows"]
    given = {name: "" if value == "false" else value for name, value in draft.typed.items()}
    found = shown(plain, user=user, given=given, wrong=wrong)
    return {each.field.name: each for each in found}


def shown_conditions(draft: Draft, refusal: Refused | None) -> list[ConditionRow]:
    """The rows of conditions, with what is wrong beside the one it is about."""
    return [
        ConditionRow(
            place,
            each["fact"],
            each["op"],
            each["value"],
            _offered(each["fact"], each["op"]),
            _error(refusal, f"conditions[{place}]"),
        )
        for place, each in enumerate(draft.conditions)
    ]


def _offered(fact: str, op: str) -> list[tuple[str, Any]]:
    """What can be typed, and what it means where that is a number: the lowest is the gravest."""
    choices, words = choices_of(fact), _words_of(fact) if _is_worded(op) else {}
    return [(words.get(key, key), "" if key in words else told) for key, told in choices.items()]


def _is_worded(op: str) -> bool:
    """Whether values are written as words: parts of them are not, and bounds stay numbers."""
    return op in OPERATORS and OPERATORS[op].needs in ("one", "many") and op not in BOUNDS


def _words_of(fact: str) -> dict[str, str]:
    """The words that are read again as what they stand for: those of one value, and no list."""
    told = {key: str(words) for key, words in choices_of(fact).items()}
    often = Counter(words.casefold() for words in told.values())
    return {
        key: words
        for key, words in told.items()
        if often[words.casefold()] == 1
        and "," not in words
        and words.casefold() not in told.keys() - {key}
    }


def shown_steps(draft: Draft, *, user: User, refusal: Refused | None) -> list[StepRow]:
    """The rows of steps, each with the fields of its verb."""
    rows, known = [], dict(verbs.items())
    for place, step in enumerate(draft.steps):
        name, given = step["verb"], step["values"]
        verb = known.get(name)
        prefixed = [
            dataclasses.replace(_open(each), name=f"s-{place}-{each.name}", required=each.required)
            for each in (verb.fields if verb else ())
        ]
        values = {f"s-{place}-{key}": value for key, value in given.items()}
        path = f"steps[{place}].values."
        wrong = {}
        if refusal and refusal.field and refusal.field.startswith(path):
            wrong = {f"s-{place}-{refusal.field.removeprefix(path)}": str(refusal)}
        fields = shown(prefixed, user=user, given=values, wrong=wrong)
        error = "" if wrong else _error(refusal, f"steps[{place}]")
        rows.append(StepRow(place, verb, name, fields, error))
    return rows


def fact_groups() -> list[tuple[Any, list[Fact]]]:
    """The facts to choose from, by what they are about."""
    groups: dict[str, list[Fact]] = {}
    for each in facts.values():
        groups.setdefault(each.name.partition(".")[0], []).append(each)
    order = [*(each for each in GROUPS if each in groups), *(set(groups) - set(GROUPS))]
    return [(GROUPS.get(each, each), groups[each]) for each in order]


def verb_groups(user: User) -> list[tuple[Any, list[Verb]]]:
    """The verbs this person may put into steps, those for one kind under its name."""
    groups: dict[str, list[Verb]] = {}
    for each in verbs_for(list(desks)):
        if not each.needs or user.has_perm(each.needs):
            groups.setdefault(each.kinds[0] if each.kinds else "", []).append(each)
    return [
        (desks[kind].title if kind in desks else _("Every record"), found)
        for kind, found in groups.items()
    ]


def _for_form(each: Field) -> Field:
    if each.name == "kind":
        choices = [(kind, desks[kind].title) for kind in desks]
        return Choice(name="kind", label=each.label, choices=choices)
    if each.sort == "choice":  # one of them always holds
        return dataclasses.replace(each, required=True)
    return each


def _open(each: Field) -> Field:
    """The field as a step shows it: what names people or teams may also be a placeholder."""
    if each.sort in ("team", "person", "service"):
        return Line(name=each.name, label=each.label, help=each.help)
    return each


def _values(post: QueryDict, prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): str(post[name]) for name in post if name.startswith(prefix)}


def _sent(post: QueryDict, each: Field) -> str:
    if isinstance(each, Lines):  # chosen one by one, or typed with commas between
        return ", ".join(filter(None, post.getlist(each.name)))
    return str(post.get(each.name, "false" if each.sort == "flag" else ""))


def version_in(given: QueryDict, name: str = "version") -> int | None:
    """The version that who posts a form has seen; None where he does not say."""
    raw = given.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def _told(step: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The values of a step without those left blank, each as its field takes it."""
    known = verbs[step["verb"]].fields if step["verb"] in verbs else ()
    mapped = {each.name for each in known if each.sort == "mapped"}
    return {
        name: from_lines(value, field=f"{path}.{name}") if name in mapped else value
        for name, value in step["values"].items()
        if value != ""
    }


def _error(refusal: Refused | None, path: str) -> str:
    is_here = refusal is not None and (refusal.field or "").startswith(path)
    return str(refusal) if is_here else ""


def _condition(row: Mapping[str, str]) -> Document:
    """A typed condition with its value as the fact compares it, if that can be read."""
    fact, op, value = row["fact"], row["op"], row["value"].strip()
    operator = OPERATORS.get(op)
    if operator is None or operator.needs == "none":
        return {"fact": fact, "op": op, **({"value": value} if value else {})}
    is_text = operator.needs == "text"
    sort = facts[fact].sort if fact in facts and not is_text else ""
    told = {} if is_text else _words_of(fact)
    keys = {words.casefold(): key for key, words in told.items()}
    if operator.needs == "many":
        parts = [each.strip() for each in value.split(",") if each.strip()]
        return {"fact": fact, "op": op, "value": [_read(each, sort, keys) for each in parts]}
    return {"fact": fact, "op": op, "value": _read(value, sort, keys)}


def _read(typed: str, sort: str, keys: Mapping[str, str]) -> Any:
    text = keys.get(typed.casefold(), typed)
    if sort == FLAG:
        return {"true": True, "yes": True, "false": False, "no": False}.get(text.lower(), text)
    if sort == NUMBER:
        try:
            return int(text)
        except ValueError:
            return text
    return text


def _typed_condition(condition: Mapping[str, Any]) -> dict[str, str]:
    fact, op, value = condition["fact"], condition["op"], condition.get("value", "")
    if not _is_worded(op):
        return {"fact": fact, "op": op, "value": _typed(value)}
    words = _words_of(fact)
    if isinstance(value, list):
        value = [words.get(str(each), each) for each in value]
    else:
        value = words.get(str(value), value)
    return {"fact": fact, "op": op, "value": _typed(value)}


def _ticked(value: Any) -> str:
    """A value as a form holds it, where yes and no are a box."""
    if isinstance(value, bool):
        return "on" if value else ""
    return _typed(value)


def _typed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(_typed, value))
    return as_lines(value) if isinstance(value, Mapping) else str(value)


FIELDS: Mapping[type, Sequence[Field]] = {Rule: RULE, Macro: MACRO}
