"""The sorts of work a lead looks at: each can be counted up to a cap, listed, and opened as a page.

The same words narrow all three, so that a number is the number of rows of the page it opens.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.utils import timezone

from itsm.core.kept_questions import INSTANT
from itsm.people.models import User
from itsm.tickets.models import OPEN_PHASES, Phase, Priority
from itsm.tickets.queues import start_of_day
from itsm.tickets.selectors import visible_tickets

CAP = 100
PATIENCE = timedelta(hours=4)  # what nobody has begun for so long is at risk
# Written out, since a plan made for any phases could not use the small index over open tickets.
OPEN = "phase IN ({})".format(", ".join(f"'{each.value}'" for each in OPEN_PHASES))
# A value and no EXISTS, which would be made a hash of all incidents there ever were.
UNACKNOWLEDGED = """(priority <= 2 AND kind = 'incident' AND (
    SELECT detail.acknowledged_at IS NULL FROM incidents_incident AS detail
    WHERE detail.ticket_ptr_id = tickets_ticket.id))"""
LEFT_ALONE = f"(phase = '{Phase.NEW.value}' AND opened_at < {INSTANT})"
OF_MY_TEAMS = "team_id IN (SELECT team_id FROM people_membership WHERE user_id = %s)"
MY_TEAMS = "(SELECT team_id AS team FROM people_membership WHERE user_id = %s) AS mine"
PLANNED = """(
    SELECT detail.planned_start FROM changes_change AS detail
    WHERE detail.ticket_ptr_id = tickets_ticket.id)"""
BY_PRIORITY = "priority, id DESC"
KEY = 'SELECT "tickets_ticket"."id" AS "pk"'


@dataclass(frozen=True)
class Sort:
    """Tickets that have something in common: their condition, what it asks for, their order.

    ``parts`` are conditions that exclude each other and together come to the whole: to count, the
    database walks an index for one after the other until it has enough.
    """

    condition: str
    needs: tuple[str, ...] = ()
    order: str = BY_PRIORITY
    parts: tuple["Sort", ...] = ()

    @property
    def is_of_my_teams(self) -> bool:
        return OF_MY_TEAMS in self.condition

    def parts_of(self, *, is_ordered: bool) -> tuple["Sort", ...]:
        """What is asked for one after the other; in their order all are walked at once."""
        return (self,) if is_ordered or not self.parts else self.parts

    def rows(self, seen: str, *, is_ordered: bool, most: int) -> str:
        """So many of those that may be seen, as a statement for their keys."""
        order = f" ORDER BY {self.order}" if is_ordered else ""
        if self.parts and not is_ordered:
            found = " UNION ALL ".join(
                f"({seen} AND {each.condition} LIMIT {most})" for each in self.parts
            )
            return f"SELECT found.pk FROM ({found}) AS found LIMIT {most}"  # noqa: S608 constants
        if not self.is_of_my_teams:
            return f"{seen} AND {self.condition}{order} LIMIT {most}"
        # Each team walks its own part of an index; taken together all would have to be sorted.
        told = seen.replace(KEY, f"{KEY}, tickets_ticket.priority", 1)
        condition = self.condition.replace(OF_MY_TEAMS, "team_id = mine.team")
        found = f"{told} AND {condition}{order} LIMIT {most}"
        last = " ORDER BY found.priority, found.pk DESC" if is_ordered else ""
        return f"SELECT found.pk FROM {MY_TEAMS}, LATERAL ({found}) AS found{last} LIMIT {most}"  # noqa: S608 constants


SORTS: Mapping[str, Sort] = {
    "open": Sort(OPEN, order="id DESC"),
    "mine": Sort(f"{OPEN} AND assignee_id = %s", ("user",)),
    "team": Sort(f"{OPEN} AND {OF_MY_TEAMS}", ("user",)),
    "unassigned": Sort(f"{OPEN} AND assignee_id IS NULL"),
    "risk": Sort(
        f"{OPEN} AND ({UNACKNOWLEDGED} OR {LEFT_ALONE})",
        ("patience",),
        parts=(
            Sort(f"{OPEN} AND {UNACKNOWLEDGED}"),
            Sort(f"{OPEN} AND {LEFT_ALONE} AND NOT {UNACKNOWLEDGED}", ("patience",)),
        ),
    ),
    "burning": Sort(f"{OPEN} AND priority <= 2", order="priority, id"),
    "others": Sort(
        f"{OPEN} AND {OF_MY_TEAMS} AND assignee_id IS DISTINCT FROM %s", ("user", "user")
    ),
    "resolved": Sort(f"phase = '{Phase.RESOLVED.value}' AND resolved_at >= {INSTANT}", ("today",)),
    "changes": Sort(
        f"kind = 'change' AND {OPEN}", order=f"{PLANNED} NULLS LAST, priority, id DESC"
    ),
    "problems": Sort(f"kind = 'problem' AND {OPEN}"),
    **{f"p{level}": Sort(f"{OPEN} AND priority = {level}") for level in Priority.values},
}


def values_of(sort: Sort, user: User) -> list[Any]:
    """What the condition of this sort asks for."""
    known: dict[str, Any] = {
        "user": user.pk,
        "today": start_of_day(),
        "patience": timezone.now() - PATIENCE,
    }
    return [known[each] for each in sort.needs]


def counted(user: User, names: Collection[str]) -> dict[str, int]:
    """How many tickets this person may see of each sort, none counted past the cap."""
    form = "(SELECT count(*) FROM ({rows}) AS counted)"
    return _asked(user, names, form, most=CAP, is_ordered=False)


def listed(user: User, names: Collection[str], *, most: int) -> dict[str, list[int]]:
    """The ids of the first tickets of each sort, in its order."""
    return _asked(user, names, "ARRAY({rows})", most=most, is_ordered=True)


def visible_keys(user: User) -> tuple[str, tuple[Any, ...]]:
    """A statement for the ids of the tickets this person may see, which goes on with AND."""
    if not user.has_perm("tickets.view_all"):
        return _visible_keys(user)
    sql, given = _of_staff(user.role)
    return sql, tuple(user.pk if each is SOMEBODY else each for each in given)


SOMEBODY = -1


@cache
def _of_staff(role: str) -> tuple[str, tuple[Any, ...]]:
    """What staff may see differs by their role, and by themselves in one place or another."""
    sql, given = _visible_keys(User(pk=SOMEBODY, role=role))
    return sql, tuple(SOMEBODY if each == SOMEBODY else each for each in given)


def _visible_keys(user: User) -> tuple[str, tuple[Any, ...]]:
    visible = visible_tickets(user).select_related(None).order_by()
    # Who may see everything has no condition of his own.
    visible = visible.extra(where=["TRUE"])
    sql, given = visible.values_list("pk").query.sql_with_params()
    return sql, given


def _asked(
    user: User, names: Collection[str], form: str, *, most: int, is_ordered: bool
) -> dict[str, Any]:
    """One answer for each sort, all in one statement."""
    if not names:
        return {}
    seen, given = visible_keys(user)
    parts, params = [], list[Any]()
    for sort in (SORTS[each] for each in names):
        parts.append(form.format(rows=sort.rows(seen, is_ordered=is_ordered, most=most)))
        # Which teams are mine stands before everything else.
        first = 1 if sort.is_of_my_teams else 0
        for part in sort.parts_of(is_ordered=is_ordered):
            of_part = values_of(part, user)
            params += [*of_part[:first], *given, *of_part[first:]]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return dict(zip(names, cursor.fetchone(), strict=True))
