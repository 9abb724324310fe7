"""A ticket as it was when something happened: its later changes taken back one by one."""

from collections.abc import Iterable, Iterator
from typing import Any

from itsm.core.models import Event
from itsm.tickets.workflow import workflows


def rewound(ticket: Any, events: Iterable[Event]) -> Iterator[Event]:
    """Each of the ticket's events, newest first, with the ticket as that event left it.

    The ticket is changed in place and must not be saved. Long texts stay as they are now, because
    events name them only.
    """
    for event in events:
        ticket.updated_at = min(ticket.updated_at, event.happened_at)
        yield event
        diff = event.data.get("diff")
        if isinstance(diff, dict):
            _take_back(ticket, diff)


def _take_back(ticket: Any, diff: dict[str, Any]) -> None:
    for column, change in diff.items():
        if isinstance(change, list) and len(change) == 2 and hasattr(ticket, column):
            setattr(ticket, column, change[0])
    state = workflows[ticket.kind].states.get(ticket.state)
    if state is not None:
        ticket.__dict__["phase"] = state.phase
