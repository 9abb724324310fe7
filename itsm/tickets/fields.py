"""What a transition asks for: one declaration that feeds the form, the API input and the check.

A field turns what was typed or posted into a value, or says in a sentence what is wrong with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid, NotFound
from itsm.people.models import Team, User
from itsm.people.selectors import user_named


@dataclass(frozen=True, kw_only=True)
class Field:
    """A text; the other sorts of field build on it."""

    name: str
    label: Any = ""
    required: bool = False
    help: Any = ""
    max_length: int = 20_000
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
        if "\x00" in text or any("\ud800" <= each <= "\udfff" for each in text):
            raise self.wrong(_("Take out the characters that cannot be stored."))
        if self.required and not text:
            raise self.wrong(_("Fill in this field."))
        if len(text) > self.max_length:
            raise self.wrong(_("Use at most %(most)d characters.") % {"most": self.max_length})
        return text

    def wrong(self, sentence: str) -> Invalid:
        return Invalid(sentence, field=self.name)


@dataclass(frozen=True, kw_only=True)
class Line(Field):
    """A text of one line."""

    max_length: int = 250
    sort: str = field(default="line", init=False)


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


@dataclass(frozen=True, kw_only=True)
class Flag(Field):
    """Yes or no."""

    sort: str = field(default="flag", init=False)

    def empty(self) -> Any:
        return False

    def parse(self, raw: Any) -> Any:
        if raw in (True, "true", "on", "1"):
            return True
        if raw in (False, "false", "off", "0"):
            return False
        raise self.wrong(_("Say true or false."))


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


@dataclass(frozen=True, kw_only=True)
class Person(Field):
    """Somebody who works here, by user name."""

    sort: str = field(default="person", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        if isinstance(raw, User):
            return raw
        try:
            user = user_named(str(raw))
        except NotFound:
            user = None
        if user is None or not user.is_active or not user.has_perm("tickets.work"):
            raise self.wrong(
                _("Nobody who works on tickets has the user name %(name)s.") % {"name": raw}
            )
        return user


@dataclass(frozen=True, kw_only=True)
class TeamName(Field):
    """A team, by its short name."""

    sort: str = field(default="team", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        if isinstance(raw, Team):
            return raw
        team = Team.objects.filter(slug=str(raw)).first()
        if team is None:
            raise self.wrong(_("No team has the short name %(name)s.") % {"name": raw})
        return team


@dataclass(frozen=True, kw_only=True)
class TicketNumber(Line):
    """Another ticket, by its number; whether it may be seen is judged by the action."""

    sort: str = field(default="ticket", init=False)

    def parse(self, raw: Any) -> Any:
        return super().parse(raw).upper()


def cleaned(fields: Sequence[Field], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of all fields; Invalid names the first that is wrong or unknown."""
    for name in given:
        if name not in {each.name for each in fields}:
            raise Invalid(_("There is no field %(name)s here.") % {"name": name}, field=name)
    return {each.name: each.clean(given.get(each.name)) for each in fields}
