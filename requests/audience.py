"""Whom an item is offered to, as data: ``{"teams": [...], "roles": [...], "people": [...]}``. Pure.

Whoever is in any of them; where nothing is said, everybody.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from itsm.core.errors import Invalid
from itsm.people.roles import Role

SORTS = ("teams", "roles", "people")
MOST = 200


@dataclass(frozen=True)
class Somebody:
    """What of a person decides what is offered."""

    username: str
    role: str
    teams: Collection[str]


def is_offered(audience: Mapping[str, Any], person: Somebody) -> bool:
    """Whether the person is among those an item is offered to."""
    if not any(audience.get(sort) for sort in SORTS):
        return True
    return (
        person.username in audience.get("people", ())
        or person.role in audience.get("roles", ())
        or bool(set(person.teams) & set(audience.get("teams", ())))
    )


def checked_audience(given: Any) -> dict[str, list[str]]:
    """The rule in its one form; Invalid says what is wrong with it."""
    if not isinstance(given, dict) or set(map(str, given)) - set(SORTS):
        raise _wrong(_("It is offered to teams, roles or people."))
    found: dict[str, list[str]] = {}
    for sort in SORTS:
        names = given.get(sort) or []
        if not isinstance(names, list) or len(names) > MOST:
            raise _wrong(_("Give a list of names."))
        if not all(isinstance(each, str) and 0 < len(each) <= 80 for each in names):
            raise _wrong(_("Give a list of names."))
        if names:
            found[sort] = sorted(set(names))
    if unknown := set(found.get("roles", ())) - set(Role.values):
        raise _wrong(_("There is no role %(name)s.") % {"name": sorted(unknown)[0]})
    return found


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, field="audience")
