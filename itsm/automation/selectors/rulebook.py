"""The rules of this installation, compiled once in each process and read anew when one changes."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from itsm.automation.conditions import Compiled, Wrong, compiled
from itsm.automation.models import Rule
from itsm.core.facts import facts

# One statement for both, because it is asked at every event.
STANDING = """
SELECT (SELECT version FROM automation_rulebook ORDER BY id LIMIT 1),
       EXISTS (SELECT FROM automation_evaluation WHERE event_id = %s)
"""


@dataclass(frozen=True)
class Ready:
    """A rule with its conditions compiled; ``fault`` says why it can never act."""

    rule: Rule
    conditions: Sequence[Compiled]
    fault: str = ""


@dataclass(frozen=True)
class Book:
    """All rules that listen to events, in their order."""

    version: UUID | None
    rules: Sequence[Ready]
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
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [event_id])
        version, is_done = cursor.fetchone()
    known = _books.get("now")
    if known is None or known.version != version:
        listening = Rule.objects.filter(trigger=Rule.Trigger.EVENT).exclude(mode=Rule.Mode.OFF)
        known = Book(version, [ready(each) for each in listening.select_related("actor")])
        _books["now"] = known
    return known, bool(is_done)
