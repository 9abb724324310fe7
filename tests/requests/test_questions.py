"""Whatever is asked and whatever is answered, an answer is good or is refused by its name."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itsm.core.errors import Invalid
from requests.answering import EXAMPLES, Lookups, answered
from requests.planning import Wanted, plan_of
from requests.questions import (
    NAME,
    PATTERNS,
    TOLD,
    TYPES,
    checked_questions,
    is_asked,
    told_below,
)
from requests.sheets import read
from requests.stepping import checked_steps, filled
from requests.terms import checked_approval

LOOKUPS = Lookups(
    person=lambda name: "charlie" if name == "charlie" else None,
    service=lambda name: "mail" if name == "mail" else None,
    component=lambda name: "web-1" if name == "web-1" else None,
    today=date(2026, 11, 27),
)
WORDS = st.sampled_from(["S", "M", "charlie", "mail", "2026-11-28", "12", "a@example.org", "x", ""])
ANYTHING = st.one_of(
    WORDS, st.text(max_size=8), st.integers(), st.floats(), st.booleans(), st.none(),
    st.lists(WORDS, max_size=3), st.dictionaries(WORDS, WORDS, max_size=2),
)  # fmt: skip


@st.composite
def forms(draw: Any) -> list[dict[str, Any]]:
    """Questions as an editor might write them, each condition naming one before."""
    found: list[dict[str, Any]] = []
    for place in range(draw(st.integers(1, 6))):
        sort = draw(st.sampled_from(TYPES))
        question: dict[str, Any] = {"name": f"q{place}", "label": "?", "type": sort}
        question["required"] = draw(st.booleans())
        if sort in ("choice", "several"):
            question["choices"] = ["S", "M"]
        if sort in ("text", "number"):
            question["min"] = draw(st.integers(0, 2))
        if sort == "text" and draw(st.booleans()):
            question["pattern"] = draw(st.sampled_from(list(PATTERNS)))
        others = [each for each in found if each["type"] in ("choice", "several", "yes_no")]
        if others and draw(st.booleans()):
            other = draw(st.sampled_from(others))
            wanted = draw(st.booleans()) if other["type"] == "yes_no" else "S"
            question["show_when"] = {"question": other["name"], "is": wanted}
        found.append(question)
    return found


def outcome(work: Any) -> tuple[Any, Any]:
    """What came of it, or what it was refused for."""
    try:
        return work(), None
    except Invalid as refusal:
        return None, refusal.errors or {"": [str(refusal)]}


@settings(max_examples=150, deadline=None)
@given(forms(), st.dictionaries(st.sampled_from([f"q{n}" for n in range(7)]), ANYTHING))
def test_answers_are_total_and_say_the_same_when_given_again(
    form: list[dict[str, Any]], answers: dict[str, Any]
) -> None:
    questions = checked_questions(form)
    names = {each["name"] for each in questions}

    good, errors = outcome(lambda: answered(questions, answers, LOOKUPS))
    if errors:
        assert set(errors) <= names | set(answers)
        return

    assert answered(questions, good, LOOKUPS) == good
    assert set(good) <= names
    for each in questions:
        if not is_asked(each, good):
            assert each["name"] not in good
        elif each.get("required"):
            assert good[each["name"]] not in (None, "", [], False)


@settings(max_examples=100, deadline=None)
@given(st.recursive(ANYTHING, lambda each: st.lists(each) | st.dictionaries(WORDS, each)))
def test_no_form_and_no_steps_are_too_strange_to_be_refused(rubbish: Any) -> None:
    for check in (checked_questions, lambda each: checked_steps(each, [])):
        found, errors = outcome(lambda check=check: check(rubbish))
        assert errors or all(NAME.fullmatch(each["name"]) for each in found)


@pytest.mark.parametrize(
    "step",
    [
        {"after": ["later"]},
        {"after": [[]]},
        {"inputs": {"a": "{{ answer.size }}"}},
        {"inputs": {"a": "answer.other"}},
        {"inputs": {"a b": "answer.size"}},
        {"type": "http", "target": "cloud", "path": "/{size}"},
        {"type": "http", "target": "cloud", "path": "/../admin"},
        {"type": "http"},
        {"type": "approval"},
        {"type": "wait"},
        {"retries": 99},
        {"undo": {"type": "wait", "hours": 1}},
        {"shell": "rm"},
    ],
)
def test_steps_that_could_not_be_followed_are_refused(step: dict[str, Any]) -> None:
    size = checked_questions([{"name": "size", "label": "Size"}])

    with pytest.raises(Invalid, match="Step 1"):
        checked_steps([{"name": "a", "title": "Do it", **step}], size)


@pytest.mark.parametrize(
    "stage",
    [{"currency": []}, {"currency": "XXX"}, {"name": [1]}, {"name": "\x00"}, {"above": "x"}],
)
def test_terms_that_say_nothing_are_refused(stage: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="Stage 1"):
        checked_approval({"stages": [{"who": "owner", **stage}]})
    with pytest.raises(Invalid, match="Question 1"):
        checked_questions([{"name": "size", "label": "Size", "pattern": [stage]}])


@pytest.mark.parametrize("written", [12, "12", "12.0", 12.0])
def test_a_condition_on_a_number_holds_however_it_was_written(written: Any) -> None:
    count = {"name": "count", "label": "How many?", "type": "number"}
    why = {"name": "why", "label": "Why?", "show_when": {"question": "count", "is": written}}
    questions = checked_questions([count, why])

    assert is_asked(questions[1], answered(questions, {"count": "12"}, LOOKUPS))
    assert not is_asked(questions[1], {"count": 13})
    with pytest.raises(Invalid, match="Question 2: Give a number"):
        checked_questions([count, why | {"show_when": {"question": "count", "is": "many"}}])


def test_a_stage_keeps_nothing_that_another_sort_of_stage_would_need() -> None:
    given = {"who": "team", "team": "platform", "users": [1], "above": 5}

    (stage,) = checked_approval({"stages": [given]})["stages"]

    assert stage == {"who": "team", "team": "platform", "above": 5}


@pytest.mark.parametrize("form", EXAMPLES)
def test_who_writes_something_else_is_shown_what_is_wanted(form: str) -> None:
    sort = {"type": "email"} if form == "email" else {"type": "text", "pattern": form}
    questions = checked_questions([{"name": "it", "label": "It", **sort}])

    assert answered(questions, {"it": EXAMPLES[form]}, LOOKUPS) == {"it": EXAMPLES[form]}
    with pytest.raises(Invalid, match=re.escape(f"such as {EXAMPLES[form]}.")):
        answered(questions, {"it": "?!"}, LOOKUPS)


def test_what_is_filled_in_is_never_read_as_a_source_again() -> None:
    step = {"inputs": {"who": "answer.who", "id": "step.create.id", "word": "text:answer.who"}}
    hostile = {"who": "step.create.id"}
    wanted = Wanted(item="a", version=1, answers=hostile, facts={}, steps=[], lease={}, leads_to={})

    (planned,) = plan_of(replace(wanted, steps=[{**step, "type": "human"}]))["steps"]

    assert planned["inputs"] == {"who": "step.create.id", "word": "answer.who"}
    outputs = {"create": {"id": "7"}}
    assert filled(planned["later"], answers=hostile, facts={}, outputs=outputs) == {"id": "7"}


@pytest.mark.parametrize(
    "text",
    [
        "items: [1]",
        "a: &a [x, x]\nb: [*a, *a]",
        "!!python/object/apply:os.system ['id']",
        "items: [{slug: a, shell: b}]",
        "- x",
        "items: " + "[" * 5000,
        "\x00",
    ],
)
def test_a_sheet_that_is_no_catalogue_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read(text)


def test_the_questions_are_found_again_in_what_was_answered():
    told = told_below(
        [("Which one?", "13 inch"), ("Why", "It is: old\nand slow"), ("Colour", "Red")]
    )

    assert TOLD.findall(told) == ["Which one?", "Why:", "Colour:"]
