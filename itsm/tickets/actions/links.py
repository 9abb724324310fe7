"""Linking tickets to one another, and people to tickets."""

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed
from itsm.people.models import User
from itsm.tickets.models import Link, Ticket, Watcher
from itsm.tickets.permissions import is_own, may_work
from itsm.tickets.selectors import ticket_for


@transaction.atomic
def link(*, ticket: Ticket, other: Ticket, sort: str = Link.Sort.RELATES_TO, actor: User) -> Link:
    """Say how one ticket stands to another; saying it twice changes nothing."""
    _check(ticket, other, sort, actor)
    made, is_new = Link.objects.get_or_create(
        from_ticket_id=ticket.pk, to_ticket_id=other.pk, sort=sort
    )
    if is_new:
        data = {"other": other.number, "sort": sort}
        events.publish(f"{ticket.kind}.linked", ticket, actor=actor, data=data)
    return made


@transaction.atomic
def unlink(*, ticket: Ticket, link: Link, actor: User) -> None:
    """Take a link away."""
    if not may_work(actor, ticket):
        raise NotAllowed(_("You may not edit %(number)s.") % {"number": ticket.number})
    if ticket.pk not in (link.from_ticket_id, link.to_ticket_id):
        raise Invalid(_("That link is not of this ticket."), field="link")
    other = link.to_ticket if link.from_ticket_id == ticket.pk else link.from_ticket
    data = {"other": other.number, "sort": link.sort}
    link.delete()
    events.publish(f"{ticket.kind}.unlinked", ticket, actor=actor, data=data)


@transaction.atomic
def watch(*, ticket: Ticket, user: User, actor: User) -> None:
    """Let somebody hear of a ticket; an end user may be added by staff or by its caller."""
    if user.pk != actor.pk and not (may_work(actor, ticket) or is_own(actor, ticket)):
        raise NotAllowed(_("You may not share %(number)s.") % {"number": ticket.number})
    if user.pk == actor.pk:
        ticket_for(actor, ticket.number)
    _made, is_new = Watcher.objects.get_or_create(ticket_id=ticket.pk, user=user)
    if is_new:
        events.publish(f"{ticket.kind}.watched", ticket, actor=actor, data={"user": user.pk})


@transaction.atomic
def unwatch(*, ticket: Ticket, user: User, actor: User) -> None:
    """Let somebody hear no more of a ticket."""
    if user.pk != actor.pk and not may_work(actor, ticket):
        raise NotAllowed(_("You may not take others off the list."))
    if Watcher.objects.filter(ticket_id=ticket.pk, user=user).delete()[0]:
        events.publish(f"{ticket.kind}.unwatched", ticket, actor=actor, data={"user": user.pk})


def _check(ticket: Ticket, other: Ticket, sort: str, actor: User) -> None:
    if not may_work(actor, ticket):
        raise NotAllowed(_("You may not link %(number)s.") % {"number": ticket.number})
    if sort not in Link.Sort.values:
        raise Invalid(
            _("Choose one of %(known)s.") % {"known": ", ".join(Link.Sort.values)}, field="sort"
        )
    if ticket.pk == other.pk:
        raise Invalid(_("A ticket cannot be linked to itself."), field="ticket")
