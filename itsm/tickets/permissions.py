"""Who may see and do what with tickets: the one policy behind every door."""

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from itsm.people.delegation import acts_for, delegations_now
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
        return self.filter(pk__in=_of_requester(self.model, user))


def _of_requester(model: Any, user: User) -> QuerySet[Any]:
    # Index scans put together, over the tickets alone; one OR over them, or a join to what a kind
    # has beside, would read the whole table.
    base = next(iter(model._meta.get_parent_list()), model)
    tickets = base._default_manager.order_by()
    watched = user.watches.order_by().values("ticket_id")
    called: QuerySet[Any] = tickets.filter(caller=user).values("pk")
    people = delegations_now().filter(delegate=user).values("person")
    of_others = tickets.filter(caller__in=people, confidential=False).values("pk")
    return called.union(tickets.filter(opened_by=user).values("pk"), watched, of_others)


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
