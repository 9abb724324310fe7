"""Tickets of all kinds, as the palette finds them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _l

from itsm.core.palette import Found, palette_source
from itsm.people.models import User
from itsm.tickets.desks import address_of, desks
from itsm.tickets.models import Ticket
from itsm.tickets.queues import rows_of
from itsm.tickets.search import search
from itsm.tickets.workflow import workflows


@palette_source("records", title=_l("Records"), order=10)
def records(user: User, text: str, most: int) -> list[Found]:
    """Tickets by number or words."""
    return found(each for each in search(user, text, size=most) if each.kind in desks)


def records_numbered(user: User, numbers: list[str]) -> list[Found]:
    """These tickets, in this order, as far as the person may see them."""
    rows = {each.number: each for each in rows_of(user).filter(number__in=numbers)}
    return found(rows[each] for each in numbers if each in rows and rows[each].kind in desks)


def found(tickets: Iterable[Ticket]) -> list[Found]:
    """The tickets as lines of the palette."""
    return [
        Found(
            title=each.title,
            address=address_of(each),
            icon=desks[each.kind].icon,
            number=each.number,
            detail=f"P{each.priority} · {workflows[each.kind].label_of(each.state)}",
        )
        for each in tickets
    ]
