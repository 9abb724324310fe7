"""Who may see and do what with tickets: the one policy behind every door."""

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from itsm.people.models import User

if TYPE_CHECKING:
    from itsm.tickets.models import Ticket


class TicketQuerySet(QuerySet[Any]):
    """Tickets, narrowed to those a person may see."""

    def visible_to(self, user: User) -> "TicketQuerySet":
        """End users see their own and what they watch; staff all that is not confidential."""
        if user.has_perm("tickets.view_confidential"):
            return self
        if user.has_perm("tickets.view_all"):
            return self.filter(Q(confidential=False) | _concerns_staffer(user))
        return self.filter(pk__in=_of_requester(self.model, user))


def _concerns_staffer(user: User) -> Q:
    watched = user.watches.model._default_manager.filter(ticket=OuterRef("pk"), user=user)
    return (
        Q(assignee=user)
        | Q(opened_by=user)
        | Q(caller=user)
        | Q(team__in=user.memberships.values("team"))
        | Q(Exists(watched))
    )


def _of_requester(model: Any, user: User) -> QuerySet[Any]:
    # Three index scans put together; one OR over them would read the whole table.
    tickets = model._default_manager.order_by()
    watched = user.watches.order_by().values("ticket_id")
    called: QuerySet[Any] = tickets.filter(caller=user).values("pk")
    return called.union(tickets.filter(opened_by=user).values("pk"), watched)


def is_own(user: User, ticket: "Ticket") -> bool:
    """Whether the person called about the ticket or opened it."""
    return user.pk in (ticket.caller_id, ticket.opened_by_id)


def may_work(user: User, ticket: "Ticket", capability: str = "tickets.work") -> bool:
    """Whether the person may change this ticket, which he is known to be able to see."""
    return user.has_perm(capability) and user.has_perm("tickets.work")


def may_see_notes(user: User) -> bool:
    """Whether the person may read work notes and other internal matters."""
    return user.has_perm("tickets.view_all")
