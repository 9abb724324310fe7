"""Whether a rule's conditions hold, and if not, which of them does not. Pure.

A condition is ``{"fact": "record.priority", "op": "at_most", "value": 2}``, and all must hold.
They are checked and compiled once, when a rule is kept or read; what users write is compared as
data and never run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

TEXT, NUMBER, FLAG, LIST = "text", "number", "flag", "list"
MOST = 30
MOST_VALUES = 100
LONGEST = 500
LONGEST_SEEN = 120  # characters of a value that is kept to explain a verdict

Condition = Mapping[str, Any]
Test = Callable[[Any], bool]
Reader = Callable[[str], Any]


class Wrong(Exception):  # noqa: N818 an answer, not an error
    """A condition cannot be understood: its place, the part that is wrong, and why."""

    def __init__(self, place: int, part: str, why: str) -> None:
        super().__init__(why)
        self.place = place
        self.part = part


class Unmet(NamedTuple):
    """The first condition that does not hold: its place, and the value that was seen."""

    place: int
    seen: Any


@dataclass(frozen=True)
class Operator:
    """A way to compare: which sorts of facts it fits, which value it needs, and how it compares.

    ``needs`` is "one" value of the fact's sort, "many" of them, a "text", or "none".
    """

    sorts: frozenset[str]
    needs: str
    compare: Callable[[Any, Any], bool]


def _plain(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _plain_all(value: Any) -> list[Any]:
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else []


def _is(seen: Any, wanted: Any) -> bool:
    return bool(_plain(seen) == wanted)


def _has(seen: Any, wanted: Any) -> bool:
    if isinstance(seen, str):
        return wanted in seen.casefold()
    return wanted in _plain_all(seen)


def _has_any(seen: Any, wanted: Any) -> bool:
    if isinstance(seen, str):
        text = seen.casefold()
        return any(each in text for each in wanted)
    return not set(_plain_all(seen)).isdisjoint(wanted)


def _starts(seen: Any, wanted: Any) -> bool:
    return isinstance(seen, str) and seen.casefold().startswith(wanted)


def _ends(seen: Any, wanted: Any) -> bool:
    return isinstance(seen, str) and seen.casefold().endswith(wanted)


def _is_empty(seen: Any, _wanted: Any) -> bool:
    return seen is None or seen in ("", [], ())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


OPERATORS: dict[str, Operator] = {
    "is": Operator(frozenset({TEXT, NUMBER, FLAG}), "one", _is),
    "is_not": Operator(frozenset({TEXT, NUMBER, FLAG}), "one", lambda a, b: not _is(a, b)),
    "in": Operator(frozenset({TEXT, NUMBER}), "many", lambda a, b: _plain(a) in b),
    "not_in": Operator(frozenset({TEXT, NUMBER}), "many", lambda a, b: _plain(a) not in b),
    "at_least": Operator(frozenset({NUMBER}), "one", lambda a, b: _is_number(a) and a >= b),
    "at_most": Operator(frozenset({NUMBER}), "one", lambda a, b: _is_number(a) and a <= b),
    "has": Operator(frozenset({TEXT, LIST}), "text", _has),
    "has_not": Operator(frozenset({TEXT, LIST}), "text", lambda a, b: not _has(a, b)),
    "has_any": Operator(frozenset({TEXT, LIST}), "many", _has_any),
    "starts": Operator(frozenset({TEXT}), "text", _starts),
    "ends": Operator(frozenset({TEXT}), "text", _ends),
    "is_empty": Operator(frozenset({TEXT, NUMBER, LIST}), "none", _is_empty),
    "is_filled": Operator(
        frozenset({TEXT, NUMBER, LIST}), "none", lambda a, b: not _is_empty(a, b)
    ),
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition ready to be asked."""

    fact: str
    holds: Test


def unmet(conditions: Sequence[Compiled], read: Reader) -> Unmet | None:
    """The first condition that does not hold, or None when all do; reads no fact in vain."""
    for place, each in enumerate(conditions):
        seen = read(each.fact)
        if not each.holds(seen):
            return Unmet(place, seen)
    return None


def compiled(conditions: Any, *, sorts: Mapping[str, str]) -> tuple[Compiled, ...]:
    """The conditions ready to be asked; Wrong when one cannot be understood.

    ``sorts`` names the facts there are, and the sort of each.
    """
    if not isinstance(conditions, list):
        raise Wrong(0, "", _("Give a list of conditions."))
    if len(conditions) > MOST:
        raise Wrong(MOST, "", _("Use at most %(most)d conditions.") % {"most": MOST})
    return tuple(_compiled(place, each, sorts) for place, each in enumerate(conditions))


def _compiled(place: int, condition: Any, sorts: Mapping[str, str]) -> Compiled:
    if not isinstance(condition, dict) or not {"fact", "op"} <= set(condition):
        raise Wrong(place, "", _("A condition has a fact, an op and mostly a value."))
    if unknown := set(condition) - {"fact", "op", "value"}:
        raise Wrong(
            place, "", _("A condition has no %(name)s.") % {"name": _short(min(map(str, unknown)))}
        )
    name, word = condition["fact"], condition["op"]
    if not isinstance(name, str) or name not in sorts:
        raise Wrong(place, "fact", _("There is no fact %(name)s.") % {"name": _short(name)})
    if not isinstance(word, str) or word not in OPERATORS:
        raise Wrong(place, "op", _("Choose one of %(known)s.") % {"known": ", ".join(OPERATORS)})
    operator, sort = OPERATORS[word], sorts[name]
    if sort not in operator.sorts:
        fitting = [each for each, known in OPERATORS.items() if sort in known.sorts]
        told = {"name": name, "known": ", ".join(fitting)}
        raise Wrong(place, "op", _("%(name)s can be asked with %(known)s.") % told)
    wanted = _wanted(place, condition.get("value"), operator.needs, sort)
    compare = operator.compare
    return Compiled(name, lambda seen: compare(seen, wanted))


def _wanted(place: int, value: Any, needs: str, sort: str) -> Any:
    if needs == "none":
        if value not in (None, ""):
            raise Wrong(place, "value", _("This needs no value."))
        return None
    if needs == "text":
        return _one(place, value, TEXT)
    if needs == "one":
        return _one(place, value, sort)
    if not isinstance(value, list) or not 0 < len(value) <= MOST_VALUES:
        raise Wrong(
            place, "value", _("Give a list of 1 to %(most)d values.") % {"most": MOST_VALUES}
        )
    return frozenset(_one(place, each, NUMBER if sort == NUMBER else TEXT) for each in value)


def _one(place: int, value: Any, sort: str) -> Any:
    if sort == NUMBER:
        if not _is_number(value) or not abs(value) < 1e15:
            raise Wrong(place, "value", _("Give a number."))
        return value
    if sort == FLAG:
        if not isinstance(value, bool):
            raise Wrong(place, "value", _("Say true or false."))
        return value
    if not isinstance(value, str) or not value or len(value) > LONGEST:
        raise Wrong(
            place, "value", _("Give a text of 1 to %(most)d characters.") % {"most": LONGEST}
        )
    return value.casefold()


def shown(seen: Any) -> Any:
    """A value as it is kept to explain a verdict: short, and of a plain sort."""
    if seen is None or isinstance(seen, bool | int | float):
        return seen
    text = ", ".join(map(str, seen)) if isinstance(seen, list | tuple) else str(seen)
    return _cut(text)


def _short(value: Any) -> str:
    return repr(_cut(str(value)))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SEEN else f"{text[: LONGEST_SEEN - 1]}…"
