"""What an action asks for: one declaration that feeds the form, the API input and the check.

A field turns what was typed or posted into a value, or says in a sentence what is wrong with it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid

Schema = dict[str, Any]
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # characters that the database cannot keep
MOST_DEPTH = 6
LARGEST = 2**63


@dataclass(frozen=True, kw_only=True)
class Field:
    """A text; the other sorts of field build on it."""

    name: str
    label: Any = ""
    required: bool = False
    help: Any = ""
    max_length: int = 20_000
    # What the record calls it where the form has a shorter word; taken as well.
    also: str = ""
    sort: str = field(default="text", init=False)

    def clean(self, raw: Any) -> Any:
        """The value of what was given; Invalid with this field's name when it has none."""
        if raw is None or raw == "":
            if self.required:
                raise self.wrong(_("Fill in this field."))
            return self.empty()
        return self.parse(raw)

    def empty(self) -> Any:
        return ""

    def parse(self, raw: Any) -> Any:
        if not isinstance(raw, str):
            raise self.wrong(_("Give a text."))
        text = raw.strip()
        if UNSTORABLE.search(text):
            raise self.wrong(_("Take out the characters that cannot be stored."))
        if self.required and not text:
            raise self.wrong(_("Fill in this field."))
        if len(text) > self.max_length:
            raise self.wrong(_("Use at most %(most)d characters.") % {"most": self.max_length})
        return text

    def schema(self) -> Schema:
        """What the API's description says of it."""
        return {"type": "string", "maxLength": self.max_length}

    def wrong(self, sentence: str) -> Invalid:
        return Invalid(sentence, field=self.name)


@dataclass(frozen=True, kw_only=True)
class Line(Field):
    """A text of one line."""

    max_length: int = 250
    sort: str = field(default="line", init=False)


@dataclass(frozen=True, kw_only=True)
class Email(Line):
    """An e-mail address."""

    max_length: int = 254
    sort: str = field(default="email", init=False)

    def parse(self, raw: Any) -> Any:
        text = super().parse(raw)
        try:
            validate_email(text)
        except ValidationError:
            raise self.wrong(_("Give an e-mail address.")) from None
        return text


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of a few words."""

    choices: Sequence[tuple[str, Any]]
    sort: str = field(default="choice", init=False)

    def parse(self, raw: Any) -> Any:
        known = [value for value, _label in self.choices]
        if raw not in known:
            raise self.wrong(_("Choose one of %(known)s.") % {"known": ", ".join(known)})
        return raw

    def schema(self) -> Schema:
        return {"type": "string", "enum": [value for value, _label in self.choices]}


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A whole number within its bounds."""

    least: int = 0
    most: int = 2**31 - 1
    sort: str = field(default="number", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        is_text = isinstance(raw, str) and raw.isascii() and raw.strip().isdecimal()
        if is_text and len(raw) < 20:
            raw = int(raw)
        if isinstance(raw, bool) or not isinstance(raw, int) or not self.least <= raw <= self.most:
            bounds = {"least": self.least, "most": self.most}
            raise self.wrong(_("Give a whole number from %(least)d to %(most)d.") % bounds)
        return raw

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, kw_only=True)
class Decimals(Field):
    """A number that need not be whole."""

    sort: str = field(default="number", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        try:
            number = float("nan") if isinstance(raw, bool) else float(raw)
        except (TypeError, ValueError, OverflowError):
            number = float("nan")
        if not abs(number) < 1e9:  # as nothing is, of what is no number
            raise self.wrong(_("Give a number."))
        return number

    def schema(self) -> Schema:
        return {"type": "number"}


@dataclass(frozen=True, kw_only=True)
class Flag(Field):
    """Yes or no."""

    default: bool = False
    sort: str = field(default="flag", init=False)

    def empty(self) -> Any:
        return self.default

    def parse(self, raw: Any) -> Any:
        if raw in (True, "true", "on", "1"):
            return True
        if raw in (False, "false", "off", "0"):
            return False
        raise self.wrong(_("Say true or false."))

    def schema(self) -> Schema:
        return {"type": "boolean", "default": self.default}


@dataclass(frozen=True, kw_only=True)
class Instant(Field):
    """A date and time, with its offset from UTC."""

    sort: str = field(default="instant", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        try:
            instant = raw if isinstance(raw, datetime) else parse_datetime(str(raw))
        except ValueError:
            instant = None
        if instant is None or not 1970 <= instant.year <= 9000:
            raise self.wrong(_("Give a date and time such as 2026-11-22T19:30:00Z."))
        return instant if timezone.is_aware(instant) else timezone.make_aware(instant)

    def schema(self) -> Schema:
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True, kw_only=True)
class Day(Field):
    """A day without a time."""

    sort: str = field(default="day", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        try:
            day = raw if type(raw) is date else parse_date(str(raw))
        except ValueError:
            day = None
        if day is None or not 1970 <= day.year <= 9000:
            raise self.wrong(_("Give a day such as 2026-11-22."))
        return day

    def schema(self) -> Schema:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, kw_only=True)
class Lines(Field):
    """Several short texts, each once; a form gives them with commas between."""

    max_length: int = 40
    most: int = 20
    sort: str = field(default="lines", init=False)

    def empty(self) -> Any:
        return []

    def parse(self, raw: Any) -> Any:
        texts = raw.split(",") if isinstance(raw, str) else raw
        if not isinstance(texts, list):
            raise self.wrong(_("Give a list of texts."))
        one = Line(name=self.name, max_length=self.max_length)
        clean = list(dict.fromkeys(text for each in texts if (text := one.parse(each))))
        if len(clean) > self.most:
            raise self.wrong(_("Give at most %(most)d.") % {"most": self.most})
        return clean

    def schema(self) -> Schema:
        one = {"type": "string", "maxLength": self.max_length}
        return {"type": "array", "items": one, "maxItems": self.most}


@dataclass(frozen=True, kw_only=True)
class Mapped(Field):
    """Values by name, as a JSON object; all of them texts when ``of_texts``."""

    most: int = 100
    of_texts: bool = False
    sort: str = field(default="mapped", init=False)

    def empty(self) -> Any:
        return {}

    def parse(self, raw: Any) -> Any:
        if not isinstance(raw, dict) or len(raw) > self.most:
            raise self.wrong(_("Give an object of at most %(most)d names.") % {"most": self.most})
        if self.of_texts and not all(isinstance(each, str) for each in raw.values()):
            raise self.wrong(_("Give a text for every name."))
        return raw

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": True, "maxProperties": self.most}


@dataclass(frozen=True, kw_only=True)
class Rows(Field):
    """A list of objects: what stands in them is judged by the action."""

    most: int = 30
    sort: str = field(default="rows", init=False)

    def empty(self) -> Any:
        return []

    def parse(self, raw: Any) -> Any:
        if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
            raise self.wrong(_("Give a list of objects."))
        if len(raw) > self.most:
            raise self.wrong(_("Give at most %(most)d.") % {"most": self.most})
        if not _is_storable(raw):
            raise self.wrong(_("Take out what cannot be stored."))
        return raw

    def schema(self) -> Schema:
        one = {"type": "object", "additionalProperties": True}
        return {"type": "array", "items": one, "maxItems": self.most}


def _is_storable(value: Any, depth: int = 0) -> bool:
    """Whether a value is plain data that the database can keep."""
    if isinstance(value, str):
        return not UNSTORABLE.search(value)
    if isinstance(value, list) and depth < MOST_DEPTH:
        return all(_is_storable(each, depth + 1) for each in value)
    if isinstance(value, dict) and depth < MOST_DEPTH:
        return all(
            isinstance(name, str) and _is_storable(name) and _is_storable(each, depth + 1)
            for name, each in value.items()
        )
    if isinstance(value, float):
        return abs(value) < LARGEST
    return value is None or (isinstance(value, int) and abs(value) < LARGEST)


def _by_name(fields: Sequence[Field], given: Mapping[str, Any]) -> dict[str, Any]:
    names = {each.also: each.name for each in fields if each.also and each.name not in given}
    return {names.get(name, name): value for name, value in given.items()}


def cleaned(
    fields: Sequence[Field], given: Mapping[str, Any], *, partly: bool = False
) -> dict[str, Any]:
    """The values of all fields, or of those given; Invalid tells of every one that is wrong."""
    wrong: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    known = {each.name: each for each in fields}
    given = _by_name(fields, given)
    for name in given:
        if name not in known:
            wrong[str(name)] = [_("There is no field %(name)s here.") % {"name": name}]
    for name, each in known.items():
        if partly and name not in given:
            continue
        try:
            values[name] = each.clean(given.get(name))
        except Invalid as refusal:
            wrong[name] = [str(refusal)]
    if wrong:
        name, sentences = next(iter(wrong.items()))
        raise Invalid(sentences[0], field=name, errors=wrong)
    return values
