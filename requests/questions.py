"""What an item asks whoever orders it, as data: what may be asked, which answers are good. Pure.

A question is ``{"name": "model", "label": "Which one?", "type": "choice", "choices": ["14"]}``;
``show_when`` names an earlier question and the answer with which this one is asked at all.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid

Question = dict[str, Any]
Answers = dict[str, Any]

TYPES = (
    "text", "long_text", "number", "date", "choice", "several", "yes_no", "person", "service",
    "email",
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
LONGEST = {"text": 250, "long_text": 5000, "email": 254, "person": 80, "service": 120}
EMPTY: tuple[Any, ...] = (None, "", [], ())


@dataclass(frozen=True)
class Lookups:
    """How names in answers are looked up, within what the person may know: the name, or None."""

    person: Callable[[str], str | None]
    service: Callable[[str], str | None]
    today: date


def checked_questions(given: Any) -> list[Question]:
    """The questions in their one form; Invalid says which of them is wrong, and why."""
    if not isinstance(given, list) or len(given) > MOST_QUESTIONS:
        raise _wrong(_("Give a list of at most %(most)d questions.") % {"most": MOST_QUESTIONS})
    known: dict[str, Question] = {}
    for place, each in enumerate(given, 1):
        try:
            question = _checked(each, known)
        except Invalid as refusal:
            said = {"place": place, "why": str(refusal)}
            raise _wrong(_("Question %(place)d: %(why)s") % said) from None
        known[question["name"]] = question
    return list(known.values())


def answered(questions: Sequence[Question], given: Mapping[str, Any], lookups: Lookups) -> Answers:
    """The answers to what is asked; Invalid tells of every one that is wrong."""
    wrong: dict[str, list[str]] = {}
    names = {each["name"] for each in questions}
    for name in given:
        if name not in names:
            wrong[str(name)[:100]] = [_("There is no such question.")]
    answers: Answers = {}
    for each in questions:
        if not is_asked(each, answers):
            continue
        try:
            answer = _answer(each, given.get(each["name"]), lookups)
        except Invalid as refusal:
            wrong[each["name"]] = [str(refusal)]
            continue
        if answer not in EMPTY:
            answers[each["name"]] = answer
    if wrong:
        name, sentences = next(iter(wrong.items()))
        raise Invalid(sentences[0], field=name, errors=wrong)
    return answers


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
    wanted = given["is"]
    if other["type"] == "yes_no" and isinstance(wanted, str):
        wanted = {"yes": True, "no": False, "true": True, "false": False}.get(wanted.lower())
    if other["type"] == "yes_no" and not isinstance(wanted, bool):
        raise _wrong(_("Say yes or no."))
    if other["type"] in WITH_CHOICES and wanted not in other["choices"]:
        raise _wrong(_("Name one of the choices of “%(name)s”.") % {"name": other["name"]})
    if not isinstance(wanted, str | bool | int):
        raise _wrong(_("A condition compares with a text, a number, or yes and no."))
    return {"question": other["name"], "is": wanted}


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
    if not isinstance(label, str) or not _is_text(label, most=200) or not label.strip():
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
    if not _is_text(said, most=500):
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
    number = _number(value)
    if number is None or (sort != "number" and not (isinstance(number, int) and number >= 0)):
        raise _wrong(_("Give a number."))
    return number


def _bound_of_date(value: Any) -> str:
    if value != "today" and _date(value) is None:
        raise _wrong(_("Write the day as 2026-12-31, or today."))
    return str(value)


def _formed(given: Question, sort: str) -> Question:
    found: Question = {}
    if pattern := given.get("pattern"):
        if sort != "text" or pattern not in PATTERNS:
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
    texts = [str(each).strip() for each in choices if _is_text(each, most=120)]
    if len(texts) < len(choices) or "" in texts or len(set(texts)) < len(texts):
        raise _wrong(_("The choices are texts, each once."))
    return found | {"choices": texts}


def _answer(question: Question, raw: Any, lookups: Lookups) -> Any:
    if isinstance(raw, str):
        raw = raw.strip()
    if question["type"] == "yes_no":
        return _yes_or_no(question, raw)
    if raw in EMPTY:
        if question.get("required"):
            raise _wrong(_("Fill in this field."))
        return None
    return _READ[question["type"]](question, raw, lookups)


def _yes_or_no(question: Question, raw: Any) -> bool:
    if raw not in (*EMPTY, True, False, "true", "false", "on", "yes", "no"):
        raise _wrong(_("Say yes or no."))
    is_yes = raw in (True, "true", "on", "yes")
    if question.get("required") and not is_yes:
        raise _wrong(_("This has to be agreed to."))
    return is_yes


def _text(question: Question, raw: Any, _lookups: Lookups) -> str:
    most = min(int(question.get("max", 10**9)), LONGEST[question["type"]])
    if not _is_text(raw, most=10**9):
        raise _wrong(_("Give a text."))
    if len(raw) > most:
        raise _wrong(_("Use at most %(most)d characters.") % {"most": most})
    if len(raw) < question.get("min", 0):
        raise _wrong(_("Use at least %(least)d characters.") % {"least": question["min"]})
    if "pattern" in question and not PATTERNS[question["pattern"]].fullmatch(raw):
        raise _wrong(_("This is not written as %(what)s.") % {"what": question["pattern"]})
    return str(raw)


def _email(question: Question, raw: Any, lookups: Lookups) -> str:
    text = _text(question, raw, lookups)
    try:
        validate_email(text)
    except ValidationError:
        raise _wrong(_("Give an e-mail address.")) from None
    return text


def _numeral(question: Question, raw: Any, _lookups: Lookups) -> int | float:
    number = _number(raw)
    if number is None:
        raise _wrong(_("Give a number."))
    if number < question.get("min", number):
        raise _wrong(_("Give at least %(least)s.") % {"least": question["min"]})
    if number > question.get("max", number):
        raise _wrong(_("Give at most %(most)s.") % {"most": question["max"]})
    return number


def _day(question: Question, raw: Any, lookups: Lookups) -> str:
    day = _date(raw)
    if day is None:
        raise _wrong(_("Write the day as 2026-12-31."))
    for name, is_beyond in (("min", date.__lt__), ("max", date.__gt__)):
        if name in question:
            bound = lookups.today if question[name] == "today" else _date(question[name])
            if bound is not None and is_beyond(day, bound):
                said = _("Not before %(day)s.") if name == "min" else _("Not after %(day)s.")
                raise _wrong(said % {"day": bound.isoformat()})
    return day.isoformat()


def _one_of(question: Question, raw: Any, _lookups: Lookups) -> str:
    if raw not in question["choices"]:
        raise _wrong(_("Choose one of the list."))
    return str(raw)


def _some_of(question: Question, raw: Any, _lookups: Lookups) -> list[str]:
    given = raw if isinstance(raw, list | tuple) else [raw]
    if any(each not in question["choices"] for each in given):
        raise _wrong(_("Choose from the list."))
    chosen = [each for each in question["choices"] if each in given]
    if len(chosen) < question.get("min", 0):
        raise _wrong(_("Choose at least %(least)d.") % {"least": question["min"]})
    if len(chosen) > question.get("max", len(chosen)):
        raise _wrong(_("Choose at most %(most)d.") % {"most": question["max"]})
    return chosen


def _person(question: Question, raw: Any, lookups: Lookups) -> str:
    found = lookups.person(_text(question, raw, lookups))
    if found is None:
        raise _wrong(_("You know nobody of this user name."))
    return found


def _service(question: Question, raw: Any, lookups: Lookups) -> str:
    found = lookups.service(_text(question, raw, lookups))
    if found is None:
        raise _wrong(_("You know no service of this name."))
    return found


_READ: Mapping[str, Callable[[Question, Any, Lookups], Any]] = {
    "text": _text,
    "long_text": _text,
    "email": _email,
    "number": _numeral,
    "date": _day,
    "choice": _one_of,
    "several": _some_of,
    "person": _person,
    "service": _service,
}


def _is_text(value: Any, *, most: int) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= most
        and "\x00" not in value
        and not any("\ud800" <= each <= "\udfff" for each in value)
    )


def _number(raw: Any) -> int | float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str) or len(str(raw)) > 20:
        return None
    try:
        number = Decimal(str(raw))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= 10**9:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _date(raw: Any) -> date | None:
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) and len(raw) == 10 else None
    except ValueError:
        return None


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, field="questions")
