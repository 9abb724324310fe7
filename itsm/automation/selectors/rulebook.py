"""The rules of this installation, compiled once in each process and read anew when one changes."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import connection

from itsm.automation.conditions import Compiled, Wrong, compiled
from itsm.automation.models import Rule
from itsm.automation.selectors.situations import rule_bot
from itsm.core.facts import facts
from itsm.people.models import User

# One statement for all, because it is asked at every event. Whom rules act as is held in memory,
# too; the place of a row tells whether it has been written since.
STANDING = """
SELECT (SELECT version FROM automation_rulebook ORDER BY id LIMIT 1),
       EXISTS (SELECT FROM automation_evaluation WHERE event_id = %s),
       (SELECT array_agg(ROW(id, xmin, ctid)::text ORDER BY id) FROM people_user
        WHERE id = ANY(%s))
"""


@dataclass(frozen=True)
class Ready:
    """A rule with its conditions compiled, and whom it acts as; ``fault`` says why it never can."""

    rule: Rule
    conditions: Sequence[Compiled]
    fault: str = ""
    actor: User | None = None


@dataclass(frozen=True)
class Book:
    """All rules that listen to events, in their order."""

    version: UUID | None
    rules: Sequence[Ready]
    actors: Sequence[int] = ()
    places: Sequence[str] | None = None  # of the actors' rows
    by_name: dict[str, tuple[Ready, ...]] = field(default_factory=dict)

    def listening(self, event_name: str) -> tuple[Ready, ...]:
        """The rules that want to hear of an event of this name."""
        found = self.by_name.get(event_name)
        if found is None:
            found = tuple(each for each in self.rules if listens(each.rule, event_name))
            self.by_name[event_name] = found
        return found


_books: dict[str, Book] = {}


def sorts() -> Mapping[str, str]:
    """The facts there are, and the sort of each."""
    return {each.name: each.sort for each in facts.values()}


def listens(rule: Rule, event_name: str) -> bool:
    """Whether the rule looks at events of this name."""
    return any(fnmatch.fnmatchcase(event_name, pattern) for pattern in rule.events)


def ready(rule: Rule) -> Ready:
    """The rule with its conditions compiled."""
    try:
        return Ready(rule, compiled(rule.conditions, sorts=sorts()))
    except Wrong as wrong:
        return Ready(rule, (), fault=str(wrong))


def book_for(event_id: int) -> tuple[Book, bool]:
    """The rules as they are now, and whether this event has been through them already."""
    known = _books.get("now")
    version, is_done, places = _standing(event_id, known.actors if known else ())
    if known is None or (known.version, known.places) != (version, places):
        known = _books["now"] = _read(event_id)
    return known, is_done


def _standing(
    event_id: int, actors: Sequence[int]
) -> tuple[UUID | None, bool, Sequence[str] | None]:
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [event_id, list(actors)])
        version, is_done, places = cursor.fetchone()
    return version, bool(is_done), places


def _read(event_id: int) -> Book:
    listening = Rule.objects.filter(trigger=Rule.Trigger.EVENT).exclude(mode=Rule.Mode.OFF)
    bot = rule_bot()
    ids = {bot.pk, *listening.exclude(actor=None).order_by().values_list("actor", flat=True)}
    # How all stands comes first: what changes while the rest is read is then read again.
    version, _is_done, places = _standing(event_id, sorted(ids))
    found = [
        replace(ready(each), actor=each.actor or bot) for each in listening.select_related("actor")
    ]
    bot.refresh_from_db()
    return Book(version, found, sorted(ids), places)
