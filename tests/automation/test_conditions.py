"""Conditions are compared as data, whatever is in them."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itsm.automation.conditions import OPERATORS, Compiled, Wrong, compiled, shown, unmet

SORTS = {"t": "text", "n": "number", "f": "flag", "l": "list"}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
rows = st.lists(
    st.fixed_dictionaries(
        {"fact": st.sampled_from([*SORTS, "no"]), "op": st.sampled_from([*OPERATORS, "eval"])},
        optional={"value": anything},
    ),
    max_size=4,
)


@settings(max_examples=60)
@given(rows | anything, st.dictionaries(st.sampled_from(list(SORTS)), anything))
def test_what_is_accepted_always_answers(conditions: Any, seen: dict[str, Any]):
    ready: Any = ()
    with contextlib.suppress(Wrong):
        ready = compiled(conditions, sorts=SORTS)

    missed = unmet(ready, seen.get)

    assert missed is None or 0 <= missed.place < len(ready)
    assert missed is None or len(str(shown(missed.seen))) <= 400


@given(st.text(min_size=1, max_size=50), st.text(max_size=50))
def test_has_is_the_opposite_of_has_not(wanted: str, seen: str):
    def holds(op: str) -> bool:
        (one,) = compiled([{"fact": "t", "op": op, "value": wanted}], sorts=SORTS)
        return one.holds(seen)

    assert holds("has") is not holds("has_not")
    assert holds("is") is not holds("is_not")
    assert not holds("is") or holds("has")


@given(st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_numbers_are_compared_as_numbers(seen: int, wanted: int):
    def holds(op: str) -> bool:
        (one,) = compiled([{"fact": "n", "op": op, "value": wanted}], sorts=SORTS)
        return one.holds(seen)

    assert holds("at_least") is (seen >= wanted)
    assert holds("at_most") is (seen <= wanted)
    assert (holds("at_least") and holds("at_most")) is holds("is")


def test_no_fact_is_read_behind_the_first_that_does_not_hold():
    read: list[str] = []

    def reader(name: str) -> Any:
        read.append(name)
        return 1

    ready = [Compiled("a", lambda _seen: True), Compiled("b", lambda _seen: False)]
    missed = unmet([*ready, Compiled("c", lambda _seen: True)], reader)

    assert missed is not None
    assert (missed.place, read) == (1, ["a", "b"])


@pytest.mark.parametrize("seen", [None, "", []])
def test_nothing_is_empty(seen: Any):
    (one,) = compiled([{"fact": "t", "op": "is_empty"}], sorts=SORTS)

    assert one.holds(seen)
