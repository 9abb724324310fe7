"""Input fields that name people and teams."""

import re
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from itsm.core.errors import NotFound
from itsm.core.fields import Line, Lines
from itsm.people.models import Team, User
from itsm.people.selectors import team_named, user_called, users_named

SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
USERNAME = re.compile(r"[\w.+-][\w.@+-]*")
RESERVED = ("me", "none", "nobody", "import", "export")


@dataclass(frozen=True, kw_only=True)
class Anybody(Line):
    """Somebody we know, by user name or by a name nobody else has."""

    sort: str = field(default="anybody", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        if isinstance(raw, User):
            return raw
        name = super().parse(raw)
        try:
            user: User | None = user_called(name)
        except NotFound:
            user = None
        if user is None or not user.is_active:
            raise self.wrong(_("Nobody has the user name '%(name)s'.") % {"name": name})
        return user


@dataclass(frozen=True, kw_only=True)
class Person(Anybody):
    """Somebody who works here, by user name."""

    sort: str = field(default="person", init=False)

    def parse(self, raw: Any) -> Any:
        user = super().parse(raw)
        if not user.has_perm("tickets.work"):
            raise self.wrong(_("%(name)s does not work on tickets.") % {"name": user.username})
        return user


@dataclass(frozen=True, kw_only=True)
class TeamName(Line):
    """A team, by its short name."""

    sort: str = field(default="team", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        if isinstance(raw, Team):
            return raw
        try:
            return team_named(super().parse(raw))
        except NotFound as refusal:
            raise self.wrong(str(refusal)) from None


@dataclass(frozen=True, kw_only=True)
class UserNames(Lines):
    """Several people, by their user names."""

    max_length: int = 80
    most: int = 500
    sort: str = field(default="people", init=False)

    def parse(self, raw: Any) -> Any:
        names = super().parse(raw)
        found = users_named(names)
        missing = [name for name in names if name.lower() not in found]
        if missing:
            raise self.wrong(_("Nobody is called %(names)s.") % {"names": ", ".join(missing)})
        return [found[name.lower()] for name in names]


@dataclass(frozen=True, kw_only=True)
class Slug(Line):
    """A short name that stands in addresses."""

    sort: str = field(default="slug", init=False)

    def parse(self, raw: Any) -> Any:
        slug = super().parse(raw)
        if not SLUG.fullmatch(slug):
            raise self.wrong(_("Use small letters, digits and single hyphens."))
        return slug


@dataclass(frozen=True, kw_only=True)
class Username(Line):
    """What a new person is called when signing in."""

    sort: str = field(default="username", init=False)

    def parse(self, raw: Any) -> Any:
        name = super().parse(raw)
        if not USERNAME.fullmatch(name) or name.lower() in RESERVED:
            raise self.wrong(_("Use letters, digits and . @ + - _ and no reserved word."))
        return name


@dataclass(frozen=True, kw_only=True)
class Zone(Line):
    """A time zone, by its name."""

    sort: str = field(default="zone", init=False)

    def parse(self, raw: Any) -> Any:
        name = super().parse(raw)
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise self.wrong(_("Give a zone such as Europe/Berlin.")) from None
        return name
