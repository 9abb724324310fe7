"""Who may see and do what with tickets: the one policy behind every door."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from itsm.core.kept_questions import KEY
from itsm.people.delegation import acts_for
from itsm.people.models import User

if TYPE_CHECKING:
    from itsm.tickets.models import Ticket


# The few confidential tickets that concern somebody. As text, because every page of staff asks for
# them, and the ORM would take longer to write the question than the database to answer it.
CONCERNING = """
SELECT secret.id FROM tickets_ticket AS secret
WHERE secret.confidential AND (
    %s IN (secret.assignee_id, secret.opened_by_id, secret.caller_id)
    OR secret.team_id IN (SELECT team_id FROM people_membership WHERE user_id = %s)
    OR EXISTS (SELECT FROM tickets_watcher WHERE ticket_id = secret.id AND user_id = %s)
)
"""

# For whom somebody acts today, as in ``delegations_now``.
ACTED_FOR = """
SELECT named.person_id FROM people_delegate AS named
JOIN people_user AS person ON person.id = named.person_id AND person.is_active
WHERE named.delegate_id = %s AND named.holds_from <= %s
AND (named.holds_until IS NULL OR named.holds_until > %s)
"""
# Whom one opened a ticket for: an index holds these alone, as all others are found by who called.
FOR_OTHERS = "(caller_id IS NULL OR NOT (caller_id = opened_by_id AND caller_id IS NOT NULL))"
WATCHED = "SELECT ticket_id FROM tickets_watcher WHERE user_id = %s"
# What is somebody's own, put together of index scans; taken as an array, so that it is made first
# and each ticket then found by its key: a plan for an unknown number read half the table backwards.
OWN = f"""
SELECT unnest(ARRAY(
    SELECT id FROM tickets_ticket WHERE caller_id = %s
    UNION SELECT id FROM tickets_ticket WHERE opened_by_id = %s AND {FOR_OTHERS}
    UNION {WATCHED}
    UNION SELECT other.id FROM ({ACTED_FOR}) AS named
        JOIN tickets_ticket AS other ON other.caller_id = named.person_id AND NOT other.confidential
))
"""  # noqa: S608 constants
# The first of the same by their keys. A mailbox may own tens of thousands: of each source so many
# are taken as are asked for, by an index that holds them in this order. The values are hidden from
# the planner, which would plan anew for each of them.
FIRST_OWN = """
SELECT unnest(ARRAY(
    SELECT called.id FROM (SELECT {key} AS id, TRUE AS is_self UNION ALL {acted_for}) AS people,
    LATERAL (
        SELECT own.id FROM tickets_ticket AS own
        WHERE own.caller_id = people.id AND (people.is_self OR NOT own.confidential) AND {wanted}
        ORDER BY own.id {order} LIMIT {most}
    ) AS called
    UNION (
        SELECT own.id FROM tickets_ticket AS own
        WHERE own.opened_by_id = {key} AND {for_others} AND {wanted}
        ORDER BY own.id {order} LIMIT {most}
    )
    UNION (
        SELECT watched.ticket_id FROM tickets_watcher AS watched, LATERAL (
            SELECT FROM tickets_ticket AS own WHERE own.id = watched.ticket_id AND {wanted} OFFSET 0
        ) AS own
        WHERE watched.user_id = {key} ORDER BY watched.ticket_id {order} LIMIT {most}
    )
    ORDER BY id {order} LIMIT {most}
))
"""
LAST_KEY = 2**63 - 1


class TicketQuerySet(QuerySet[Any]):
    """Tickets, narrowed to those a person may see."""

    def visible_to(
        self, user: User, *, by_key: bool = False, now: datetime | None = None
    ) -> "TicketQuerySet":
        """Staff see all that is not confidential; end users what is their own.

        Where few tickets are named ``by_key``, each says whose own it is, instead of all that is
        somebody's own being put together first.
        """
        if user.has_perm("tickets.view_confidential"):
            return self
        if user.has_perm("tickets.view_all"):
            concerning = RawSQL(CONCERNING, [user.pk, user.pk, user.pk])  # noqa: S611 a constant
            return self.filter(Q(confidential=False) | Q(pk__in=concerning))
        if by_key:
            return self.own_by_key(user, now=now)
        now = now or timezone.now()
        own = RawSQL(OWN, [user.pk, user.pk, user.pk, user.pk, now, now])  # noqa: S611 a constant
        return self.filter(pk__in=own)

    def own_by_key(self, user: User, *, now: datetime | None = None) -> "TicketQuerySet":
        """Those of tickets named by their keys that are somebody's own: what he called about,
        opened or watches, and what those called about for whom he acts, unless confidential."""
        now = now or timezone.now()
        watched = RawSQL(WATCHED, [user.pk])  # noqa: S611 a constant
        acted_for = RawSQL(ACTED_FOR, [user.pk, now, now])  # noqa: S611 a constant
        return self.filter(
            Q(caller=user.pk)
            | Q(opened_by=user.pk)
            | Q(pk__in=watched)
            | Q(confidential=False, caller__in=acted_for)
        )

    def first_own(
        self,
        user: User,
        *,
        most: int,
        kinds: Collection[str] = (),
        phases: Collection[str] = (),
        beyond: int | None = None,
        oldest_first: bool = False,
    ) -> "TicketQuerySet":
        """So many of the newest tickets that are somebody's own, yet unordered.

        Only of these kinds and phases, where some are named, and of what lies beyond this key.
        """
        now = timezone.now()
        if beyond is None:
            beyond = 0 if oldest_first else LAST_KEY
        statement = _first_own(tuple(kinds), tuple(phases), most, oldest_first=oldest_first)
        values = [user.pk, user.pk, now, now, beyond, user.pk, beyond, beyond, user.pk]
        return self.filter(pk__in=RawSQL(statement, values))  # noqa: S611 of constants


@cache
def _first_own(
    kinds: tuple[str, ...], phases: tuple[str, ...], most: int, *, oldest_first: bool
) -> str:
    """The statement for these kinds and phases, which code names and nobody else."""
    wanted = [f"own.id {'>' if oldest_first else '<'} {KEY}"]
    for column, words in (("kind", kinds), ("phase", phases)):
        if words:
            # Written out, so that an index over some of them can be used.
            wanted.append("own.{} IN ({})".format(column, ", ".join(f"'{each}'" for each in words)))
    return FIRST_OWN.format(
        acted_for=ACTED_FOR.replace("named.person_id", "named.person_id, FALSE", 1),
        for_others=FOR_OTHERS,
        wanted=" AND ".join(wanted),
        order="ASC" if oldest_first else "DESC",
        key=KEY,
        most=most,
    )


def is_own(user: User, ticket: "Ticket") -> bool:
    """Whether the person called about the ticket or opened it, or acts for who called."""
    return user.pk in (ticket.caller_id, ticket.opened_by_id) or stands_in(user, ticket)


def stands_in(user: User, ticket: "Ticket") -> bool:
    """Whether the person acts today for who called about the ticket; never in confidential ones."""
    return not ticket.confidential and acts_for(user, ticket.caller_id)


def may_rate(user: User, ticket: "Ticket") -> bool:
    """Whether the person may say how the solution was: who called, or acts for who called."""
    if ticket.caller_id is None:
        return user.pk == ticket.opened_by_id and not user.is_staffer
    return user.pk == ticket.caller_id or stands_in(user, ticket)


def may_work(user: User, ticket: "Ticket", capability: str = "tickets.work") -> bool:
    """Whether the person may change this ticket, which he is known to be able to see."""
    return user.has_perm(capability) and user.has_perm("tickets.work")


def may_see_notes(user: User) -> bool:
    """Whether the person may read work notes and other internal matters."""
    return user.has_perm("tickets.view_all")
