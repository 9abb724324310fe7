"""Reading the answers to what an item asks: each is good, or it is said what to enter. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import Invalid
from requests.questions import EMPTY, PATTERNS, Answers, Question, is_asked
from requests.values import day_in, is_text, number_in

SHOWN_CHOICES = 8
LONGEST = {
    "text": 250,
    "long_text": 5000,
    "email": 254,
    "person": 80,
    "service": 120,
    "component": 120,
}
# What each form looks like, for whoever fills it in.
EXAMPLES: Mapping[str, str] = {
    "letters": "Anna-Maria",
    "digits": "4711",
    "slug": "test-server-2",
    "host_name": "web-1.example.org",
    "phone": "+49 30 123456",
    "asset_tag": "LT-004711",
    "email": "anna@example.org",
}
FORMS: Mapping[str, Any] = {
    "letters": _l("Use letters only, such as %(example)s."),
    "digits": _l("Use digits only, such as %(example)s."),
    "slug": _l(
        "Begin with a small letter, then small letters, digits and hyphens, such as %(example)s."
    ),
    "host_name": _l("Give the name of a machine in small letters, such as %(example)s."),
    "phone": _l("Give a phone number, such as %(example)s."),
    "asset_tag": _l(
        "Give the tag on the device: capitals, a hyphen and digits, such as %(example)s."
    ),
    "email": _l("Give an e-mail address, such as %(example)s."),
}
UNKNOWN: Mapping[str, Any] = {
    "person": _l("You know nobody of this user name; one looks like anna.miller."),
    "service": _l("You know no service of this name; choose one from the list."),
    "component": _l("You know no component of this name; choose one from the list."),
}


@dataclass(frozen=True)
class Lookups:
    """How names in answers are looked up, within what the person may know: the name, or None."""

    person: Callable[[str], str | None]
    service: Callable[[str], str | None]
    component: Callable[[str], str | None]
    today: date


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
        raise _wrong(_("This has to be agreed to: tick the box."))
    return is_yes


def _text(question: Question, raw: Any, _lookups: Lookups) -> str:
    most = min(int(question.get("max", 10**9)), LONGEST[question["type"]])
    if not is_text(raw, most=10**9):
        raise _wrong(_("Give a text."))
    if len(raw) > most:
        raise _wrong(_("Use at most %(most)d characters.") % {"most": most})
    if len(raw) < question.get("min", 0):
        raise _wrong(_("Use at least %(least)d characters.") % {"least": question["min"]})
    if "pattern" in question and not PATTERNS[question["pattern"]].fullmatch(raw):
        raise _wrong(_explained(question["pattern"]))
    return str(raw)


def _email(question: Question, raw: Any, lookups: Lookups) -> str:
    text = _text(question, raw, lookups)
    try:
        validate_email(text)
    except ValidationError:
        raise _wrong(_explained("email")) from None
    return text


def _explained(form: str) -> str:
    return str(FORMS[form]) % {"example": EXAMPLES[form]}


def _first(question: Question) -> str:
    """The choices, as many as fit into a sentence."""
    shown: list[str] = question["choices"][:SHOWN_CHOICES]
    return ", ".join(shown) + (", …" if len(question["choices"]) > len(shown) else "")


def _numeral(question: Question, raw: Any, _lookups: Lookups) -> int | float:
    number = number_in(raw)
    if number is None:
        raise _wrong(_("Give a number, such as 12 or 12.5."))
    if number < question.get("min", number):
        raise _wrong(_("Give at least %(least)s.") % {"least": question["min"]})
    if number > question.get("max", number):
        raise _wrong(_("Give at most %(most)s.") % {"most": question["max"]})
    return number


def _day(question: Question, raw: Any, lookups: Lookups) -> str:
    day = day_in(raw)
    if day is None:
        raise _wrong(_("Give year, month and day, such as 2026-12-31."))
    for name, is_beyond in (("min", date.__lt__), ("max", date.__gt__)):
        if name in question:
            bound = lookups.today if question[name] == "today" else day_in(question[name])
            if bound is not None and is_beyond(day, bound):
                said = _("Not before %(day)s.") if name == "min" else _("Not after %(day)s.")
                raise _wrong(said % {"day": bound.isoformat()})
    return day.isoformat()


def _one_of(question: Question, raw: Any, _lookups: Lookups) -> str:
    if raw not in question["choices"]:
        raise _wrong(_("Choose one of these: %(choices)s.") % {"choices": _first(question)})
    return str(raw)


def _some_of(question: Question, raw: Any, _lookups: Lookups) -> list[str]:
    given = raw if isinstance(raw, list | tuple) else [raw]
    if any(each not in question["choices"] for each in given):
        raise _wrong(_("Choose from these: %(choices)s.") % {"choices": _first(question)})
    chosen = [each for each in question["choices"] if each in given]
    if len(chosen) < question.get("min", 0):
        raise _wrong(_("Choose at least %(least)d.") % {"least": question["min"]})
    if len(chosen) > question.get("max", len(chosen)):
        raise _wrong(_("Choose at most %(most)d.") % {"most": question["max"]})
    return chosen


def _known(question: Question, raw: Any, lookups: Lookups) -> str:
    """The name of something the person knows, as it is written there."""
    sort = question["type"]
    found: str | None = getattr(lookups, sort)(_text(question, raw, lookups))
    if found is None:
        raise _wrong(str(UNKNOWN[sort]))
    return found


_READ: Mapping[str, Callable[[Question, Any, Lookups], Any]] = {
    "text": _text,
    "long_text": _text,
    "email": _email,
    "number": _numeral,
    "date": _day,
    "choice": _one_of,
    "several": _some_of,
    "person": _known,
    "service": _known,
    "component": _known,
}


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, field="questions")
