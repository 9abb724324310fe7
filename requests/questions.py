"""What an item asks whoever orders it, as data: what may be asked, which answers are good. Pure.

A question is ``{"name": "model", "label": "Which one?", "type": "choice", "choices": ["14"]}``;
``show_when`` names an earlier question and the answer with which this one is asked at all.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from itsm.core.errors import Invalid
from requests.values import WrongRow, day_in, is_text, number_in

Question = dict[str, Any]
Answers = dict[str, Any]

TYPES = (
    "text", "long_text", "number", "date", "choice", "several", "yes_no", "person", "service",
    "component", "email",
)  # fmt: skip
WITH_CHOICES = ("choice", "several")
KEYS = {
    "name", "label", "type", "required", "help", "choices", "min", "max", "pattern", "show_when",
    "prefill",
}  # fmt: skip
# The only forms a text can be held to: nobody writes expressions that could run for ever.
PATTERNS: Mapping[str, re.Pattern[str]] = {
    "letters": re.compile(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*"),
    "digits": re.compile(r"[0-9]+"),
    "slug": re.compile(r"[a-z][a-z0-9-]*"),
    "host_name": re.compile(
        r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
    ),
    "phone": re.compile(r"\+?[0-9][0-9 /()-]*"),
    "asset_tag": re.compile(r"[A-Z]{2,5}-[0-9]{2,10}"),
}
PREFILLS = ("person.name", "person.username", "person.email", "today")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_QUESTIONS = 40
MOST_CHOICES = 60
EMPTY: tuple[Any, ...] = (None, "", [], ())


def checked_questions(given: Any) -> list[Question]:
    """The questions in their one form; Invalid says which of them is wrong, and why."""
    if not isinstance(given, list) or len(given) > MOST_QUESTIONS:
        raise _wrong(_("Give a list of at most %(most)d questions.") % {"most": MOST_QUESTIONS})
    known: dict[str, Question] = {}
    for place, each in enumerate(given, 1):
        try:
            question = _checked(each, known)
        except Invalid as refusal:
            raise WrongRow(_("Question %(place)d: %(why)s"), refusal, "questions", place) from None
        known[question["name"]] = question
    return list(known.values())


def is_asked(question: Question, answers: Mapping[str, Any]) -> bool:
    """Whether the question is asked at all, after what was answered before it."""
    return holds(question.get("show_when"), answers)


def holds(condition: Mapping[str, Any] | None, answers: Mapping[str, Any]) -> bool:
    """Whether ``{"question": …, "is": …}`` is so; no condition always is."""
    if not condition:
        return True
    answer = answers.get(condition["question"], False)
    wanted = condition["is"]
    return wanted in answer if isinstance(answer, list) else answer == wanted


def prefilled(
    questions: Sequence[Question], *, name: str, username: str, email: str, today: date
) -> Answers:
    """What is filled in before anybody answers."""
    known = {
        "person.name": name,
        "person.username": username,
        "person.email": email,
        "today": today.isoformat(),
    }
    return {each["name"]: known[each["prefill"]] for each in questions if each.get("prefill")}


def in_words(questions: Sequence[Question], answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was answered, as label and words."""
    return [
        (each["label"], worded(answers[each["name"]]))
        for each in questions
        if each["name"] in answers
    ]


# Finds the questions again in what told_below wrote.
TOLD = re.compile(r"^[^:?\n]+[:?](?=\s|$)", re.MULTILINE)


def told_below(told: Sequence[tuple[str, str]]) -> str:
    """What was answered as lines of text; a question needs no colon."""
    return "\n".join(
        f"{label} {words}" if label.endswith("?") else f"{label}: {words}" for label, words in told
    )


def worded(answer: Any) -> str:
    """One answer in words."""
    if isinstance(answer, bool):
        return _("yes") if answer else _("no")
    return ", ".join(answer) if isinstance(answer, list) else str(answer)


def checked_condition(given: Any, known: Mapping[str, Question]) -> dict[str, Any]:
    """A condition in its one form; Invalid when it cannot be met."""
    if not isinstance(given, dict) or set(given) != {"question", "is"}:
        raise _wrong(_("A condition names a question and what it is."))
    other = known.get(given["question"]) if isinstance(given["question"], str) else None
    if other is None:
        raise _wrong(_("A condition names a question that comes before."))
    return {"question": other["name"], "is": _wanted(given["is"], other)}


def _wanted(wanted: Any, other: Question) -> Any:
    """The answer that a condition waits for, as an answer to the other question is kept."""
    if other["type"] == "yes_no" and isinstance(wanted, str):
        wanted = {"yes": True, "no": False, "true": True, "false": False}.get(wanted.lower())
    if other["type"] == "yes_no" and not isinstance(wanted, bool):
        raise _wrong(_("Say yes or no."))
    if other["type"] == "number":
        wanted = number_in(wanted)
        if wanted is None:
            raise _wrong(_("Give a number."))
    if other["type"] in WITH_CHOICES and wanted not in other["choices"]:
        raise _wrong(_("Name one of the choices of “%(name)s”.") % {"name": other["name"]})
    if not isinstance(wanted, str | bool | int | float):
        raise _wrong(_("A condition compares with a text, a number, or yes and no."))
    return wanted


def _checked(given: Any, known: Mapping[str, Question]) -> Question:
    if not isinstance(given, dict):
        raise _wrong(_("Give a name, a label and a type."))
    if unknown := set(map(str, given)) - KEYS:
        raise _wrong(_("A question has no %(names)s.") % {"names": ", ".join(sorted(unknown))})
    name, label, sort = given.get("name"), given.get("label"), given.get("type", "text")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _wrong(_("Its name has small letters, digits and underscores."))
    if name in known:
        raise _wrong(_("There are two questions named “%(name)s”.") % {"name": name})
    if not isinstance(label, str) or not is_text(label, most=200) or not label.strip():
        raise _wrong(_("Say what is asked."))
    if sort not in TYPES:
        raise _wrong(_("Its type is one of %(known)s.") % {"known": ", ".join(TYPES)})
    question: Question = {"name": name, "label": label.strip(), "type": sort}
    question |= _flagged(given) | _bounded(given, sort) | _formed(given, sort)
    if given.get("show_when"):
        question["show_when"] = checked_condition(given["show_when"], known)
    return question


def _flagged(given: Question) -> Question:
    found: Question = {}
    required, said = given.get("required", False), given.get("help") or ""
    if not isinstance(required, bool):
        raise _wrong(_("Say of “required” true or false."))
    if not is_text(said, most=500):
        raise _wrong(_("The help is a text of at most 500 characters."))
    prefill = given.get("prefill") or ""
    if prefill and prefill not in PREFILLS:
        raise _wrong(_("It is filled in from one of %(known)s.") % {"known": ", ".join(PREFILLS)})
    found |= {"required": True} if required else {}
    found |= {"help": said.strip()} if said.strip() else {}
    return found | ({"prefill": prefill} if prefill else {})


def _bounded(given: Question, sort: str) -> Question:
    found: Question = {}
    for name in ("min", "max"):
        value = given.get(name)
        if value in EMPTY:
            continue
        if sort == "date":
            found[name] = _bound_of_date(value)
        elif sort in ("text", "long_text", "number", "several"):
            found[name] = _bound(value, sort)
        else:
            raise _wrong(_("This type has no %(name)s.") % {"name": name})
    if sort != "date" and "min" in found and "max" in found and found["min"] > found["max"]:
        raise _wrong(_("The least is more than the most."))
    return found


def _bound(value: Any, sort: str) -> int | float:
    number = number_in(value)
    if number is None or (sort != "number" and not (isinstance(number, int) and number >= 0)):
        raise _wrong(_("Give a number."))
    return number


def _bound_of_date(value: Any) -> str:
    if value != "today" and day_in(value) is None:
        raise _wrong(_("Write the day as 2026-12-31, or today."))
    return str(value)


def _formed(given: Question, sort: str) -> Question:
    found: Question = {}
    if pattern := given.get("pattern"):
        if sort != "text" or not isinstance(pattern, str) or pattern not in PATTERNS:
            known = ", ".join(PATTERNS)
            raise _wrong(_("A text is held to one of %(known)s.") % {"known": known})
        found["pattern"] = pattern
    choices = given.get("choices") or []
    if sort not in WITH_CHOICES:
        if choices:
            raise _wrong(_("Only choices have choices."))
        return found
    if not isinstance(choices, list) or not 1 <= len(choices) <= MOST_CHOICES:
        raise _wrong(_("Give from one to %(most)d choices.") % {"most": MOST_CHOICES})
    texts = [str(each).strip() for each in choices if is_text(each, most=120)]
    if len(texts) < len(choices) or "" in texts or len(set(texts)) < len(texts):
        raise _wrong(_("The choices are texts, each once."))
    return found | {"choices": texts}


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, field="questions")
