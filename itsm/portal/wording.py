"""An item in the plain words of the portal."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.tickets.models import Phase, Ticket

STAGES = (
    (Phase.NEW, _l("Received")),
    (Phase.ACTIVE, _l("We are on it")),
    (Phase.RESOLVED, _l("Solved")),
    (Phase.CLOSED, _l("Closed")),
)
ORDER = [phase for phase, _words in STAGES]
WORDS = {
    Phase.NEW: _l("Received"),
    Phase.ACTIVE: _l("We are on it"),
    Phase.WAITING: _l("Waiting"),
    Phase.RESOLVED: _l("Solved"),
    Phase.CLOSED: _l("Closed"),
}
WAITS_FOR_CALLER = _l("Waiting for you")
HOW_BAD = (
    ("1", _l("I cannot work at all"), _l("or many of us cannot")),
    ("2", _l("It slows me down"), _l("but I can go on somehow")),
    ("3", _l("It can wait"), _l("a question or a small thing")),
)


@dataclass(frozen=True)
class Stage:
    """One step on the way of an item."""

    words: Any
    standing: str


def stages_of(ticket: Ticket) -> list[Stage]:
    """The way of an item, and where on it the item is."""
    phase = Phase.ACTIVE if ticket.phase == Phase.WAITING else Phase(ticket.phase)
    here = ORDER.index(phase)
    return [
        Stage(
            words_of(ticket) if place == here else words,
            "is-now" if place == here else "is-past" if place < here else "",
        )
        for place, (_phase, words) in enumerate(STAGES)
    ]


def words_of(ticket: Ticket) -> Any:
    """How an item stands."""
    if getattr(ticket, "on_hold_reason", "") == "awaiting_caller":
        return WAITS_FOR_CALLER
    if ticket.state == "canceled":
        return _l("Withdrawn")
    return WORDS[Phase(ticket.phase)]
