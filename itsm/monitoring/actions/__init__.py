"""Everything that can be done in monitoring."""

from itsm.monitoring.actions.alerts import acknowledge, expire_stale, resolve_quiet, settle_waiting
from itsm.monitoring.actions.connecting import Toolbox
from itsm.monitoring.actions.receiving import Accepted, receive, replay, take_in_parked, unpark
from itsm.monitoring.actions.recording import Standing, record_signals
from itsm.monitoring.actions.silencing import (
    Wanted,
    change_silence,
    end_maintenance,
    end_silence,
    open_maintenance,
    open_silence,
    tell_of_silenced,
)
from itsm.monitoring.actions.sources import (
    SOURCES,
    create_source,
    note_heard,
    rotate_token,
    set_up,
)

__all__ = [
    "SOURCES",
    "Accepted",
    "Standing",
    "Toolbox",
    "Wanted",
    "acknowledge",
    "change_silence",
    "create_source",
    "end_maintenance",
    "end_silence",
    "expire_stale",
    "note_heard",
    "open_maintenance",
    "open_silence",
    "receive",
    "record_signals",
    "replay",
    "resolve_quiet",
    "rotate_token",
    "set_up",
    "settle_waiting",
    "take_in_parked",
    "tell_of_silenced",
    "unpark",
]
