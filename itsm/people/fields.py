"""Input fields that name people and teams."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from itsm.core.errors import NotFound
from itsm.core.fields import Line
from itsm.people.models import Team, User
from itsm.people.selectors import team_named, user_named


@dataclass(frozen=True, kw_only=True)
class Anybody(Line):
    """Somebody we know, by user name."""

    sort: str = field(default="anybody", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        if isinstance(raw, User):
            return raw
        name = super().parse(raw)
        try:
            user = user_named(name)
        except NotFound as refusal:
            raise self.wrong(str(refusal)) from None
        if not user.is_active:
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
