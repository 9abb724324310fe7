"""Who may see and do what with tickets: the one policy behind every door."""

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

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

# What an end user may see, put together of index scans; taken as an array, so that it is made first
# and each ticket then found by its key: a plan for an unknown number read half the table backwards.
# Who acts for whom is as in ``delegations_now``.
OWN = """
SELECT unnest(ARRAY(
    SELECT id FROM tickets_ticket WHERE caller_id = %s
    UNION SELECT id FROM tickets_ticket WHERE opened_by_id = %s
    UNION SELECT ticket_id FROM tickets_watcher WHERE user_id = %s
    UNION SELECT other.id FROM people_delegate AS named
        JOIN people_user AS person ON person.id = named.person_id AND person.is_active
        JOIN tickets_ticket AS other ON other.caller_id = named.person_id AND NOT other.confidential
        WHERE named.delegate_id = %s AND named.holds_from <= %s
        AND (named.holds_until IS NULL OR named.holds_until > %s)
))
"""


class TicketQuerySet(QuerySet[Any]):
    """Tickets, narrowed to those a person may see."""

    def visible_to(self, user: User) -> "TicketQuerySet":
        """Staff see all that is not confidential; end users what is their own, what they watch, and
        what those called about for whom they act, unless it is confidential."""
        if user.has_perm("tickets.view_confidential"):
            return self
        if user.has_perm("tickets.view_all"):
            concerning = RawSQL(CONCERNING, [user.pk, user.pk, user.pk])  # noqa: S611 a constant
            return self.filter(Q(confidential=False) | Q(pk__in=concerning))
        now = timezone.now()
        own = RawSQL(OWN, [user.pk, user.pk, user.pk, user.pk, now, now])  # noqa: S611 a constant
        return self.filter(pk__in=own)


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
