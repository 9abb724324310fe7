"""Putting moments of a ticket among its key moments, for whoever comes to it late."""

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import NotAllowed, Refused
from itsm.people.models import User
from itsm.tickets.models import Pin, Ticket
from itsm.tickets.permissions import may_work
from itsm.tickets.selectors import moment_for

MOST_PINS = 12


@transaction.atomic
def pin(*, ticket: Ticket, event_id: int, actor: User) -> None:
    """Put a moment among the key moments; doing it twice changes nothing."""
    _check(ticket, actor)
    moment = moment_for(actor, ticket, event_id)
    # Two people pinning at once would each find room for one more without this lock.
    locked = ticket.lock()
    if locked.pins.filter(event=moment).exists():
        return
    if locked.pins.count() >= MOST_PINS:
        raise Refused(
            _("Keep at most %(most)d key moments; take one away first.") % {"most": MOST_PINS}
        )
    Pin.objects.create(ticket_id=locked.pk, event=moment)
    events.publish(f"{ticket.kind}.moment_pinned", locked, actor=actor, data={"moment": moment.pk})


@transaction.atomic
def unpin(*, ticket: Ticket, event_id: int, actor: User) -> None:
    """Take a moment away from the key moments."""
    _check(ticket, actor)
    if Pin.objects.filter(ticket_id=ticket.pk, event=event_id).delete()[0]:
        data = {"moment": event_id}
        events.publish(f"{ticket.kind}.moment_unpinned", ticket, actor=actor, data=data)


def _check(ticket: Ticket, actor: User) -> None:
    if not may_work(actor, ticket):
        raise NotAllowed(_("You may read %(number)s only.") % {"number": ticket.number})
