"""Short words for what just happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.core.models import Event
from itsm.dashboard.selectors import Happening
from itsm.tickets.models import Ticket

WORDS = {
    "opened": _l("opened"),
    "acknowledged": _l("acknowledged"),
    "assigned": _l("assigned"),
    "started": _l("started"),
    "paused": _l("put on hold"),
    "resumed": _l("resumed"),
    "resolved": _l("resolved"),
    "reopened": _l("reopened"),
    "closed": _l("closed"),
    "canceled": _l("canceled"),
    "commented": _l("replied on"),
    "noted": _l("noted on"),
    "raised": _l("raised"),
}


@dataclass(frozen=True)
class Line:
    """One line of news in words."""

    event: Event
    ticket: Ticket
    words: Any


def worded(happenings: Iterable[Happening]) -> list[Line]:
    """The happenings with their words."""
    return [
        Line(each.event, each.ticket, WORDS[each.event.name.partition(".")[2]])
        for each in happenings
    ]
