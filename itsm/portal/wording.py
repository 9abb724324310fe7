"""An item and an outage in the plain words of the portal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _l

from incidents.models import Incident
from incidents.outages import Outage
from itsm.portal.order_words import words_of_request
from itsm.portal.selectors import waits_for_caller
from itsm.tickets.models import Phase

Steps = Sequence[tuple[Phase, Any]]
STAGES: Steps = (
    (Phase.NEW, _l("Received")),
    (Phase.ACTIVE, _l("We are on it")),
    (Phase.RESOLVED, _l("Solved")),
    (Phase.CLOSED, _l("Closed")),
)
STAGES_OF_OUTAGE: Steps = (
    (Phase.NEW, _l("We know of it")),
    (Phase.ACTIVE, _l("We are on it")),
    (Phase.RESOLVED, _l("It works again")),
)
WORDS = {**dict(STAGES), Phase.WAITING: _l("Waiting")}
WAITS_FOR_CALLER = _l("Waiting for you")
HOW_BAD = (
    ("1", _l("I cannot work at all"), _l("or many of us cannot")),
    ("2", _l("It slows me down"), _l("but I can go on somehow")),
    ("3", _l("It can wait"), _l("a question or a small thing")),
)

SHOWN = (("open", _l("Current")), ("closed", _l("Closed")), ("all", _l("All")))
FACES = (
    (1, _l("Very bad"), "angry"),
    (2, _l("Bad"), "frown"),
    (3, _l("So-so"), "meh"),
    (4, _l("Good"), "smile"),
    (5, _l("Very good"), "laugh"),
)


@dataclass(frozen=True)
class Stage:
    """One step on the way of an item."""

    words: Any
    standing: str


def stages_of(item: Incident) -> list[Stage]:
    """The way of an item, and where on it the item is."""
    phase = Phase.ACTIVE if item.phase == Phase.WAITING else Phase(item.phase)
    return _stages(STAGES, phase, words_of(item))


def stages_of_outage(outage: Outage) -> list[Stage]:
    """The way of an outage, and where on it the outage is."""
    stands = {Phase.WAITING: Phase.ACTIVE, Phase.CLOSED: Phase.RESOLVED}
    phase = stands.get(outage.phase, outage.phase)
    return _stages(STAGES_OF_OUTAGE, phase, dict(STAGES_OF_OUTAGE)[phase])


def _stages(steps: Steps, phase: Phase, words: Any) -> list[Stage]:
    here = [each for each, _words in steps].index(phase)
    return [
        Stage(
            words if place == here else usual,
            "is-now" if place == here else "is-past" if place < here else "",
        )
        for place, (_phase, usual) in enumerate(steps)
    ]


def words_of(item: Any) -> Any:
    """How an item stands."""
    if item.kind == "service_request":
        return words_of_request(item.state, item.undoing)
    if waits_for_caller(item):
        return WAITS_FOR_CALLER
    if item.state == "canceled":
        return _l("Withdrawn")
    return WORDS[Phase(item.phase)]


def worded(items: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Items with how they stand."""
    return [(each, words_of(each)) for each in items]
