"""Everything that can be done to an incident."""

from incidents.actions.affecting import join_outage, leave_outage, tell_everybody
from incidents.actions.causing import note_cause, note_no_cause
from incidents.actions.correlating import (
    follow_alerts_up,
    join_or_open,
    raise_to,
    resolve_if_clear,
)
from incidents.actions.delivering import open_for_pipeline
from incidents.actions.ending import cancel, close, reopen, resolve
from incidents.actions.following import (
    forget_problem,
    go_on_without,
    note_problem,
    note_workaround_used,
    resolve_with_problem,
    take_workaround,
)
from incidents.actions.opening import open_follow_up, open_incident
from incidents.actions.undoing import unacknowledge, unstart
from incidents.actions.working import (
    acknowledge,
    assign,
    hold,
    note_response,
    resume,
    start,
    unassign,
)

__all__ = [
    "acknowledge",
    "assign",
    "cancel",
    "close",
    "follow_alerts_up",
    "forget_problem",
    "go_on_without",
    "hold",
    "join_or_open",
    "join_outage",
    "leave_outage",
    "note_cause",
    "note_no_cause",
    "note_problem",
    "note_response",
    "note_workaround_used",
    "open_follow_up",
    "open_for_pipeline",
    "open_incident",
    "raise_to",
    "reopen",
    "resolve",
    "resolve_if_clear",
    "resolve_with_problem",
    "resume",
    "start",
    "take_workaround",
    "tell_everybody",
    "unacknowledge",
    "unassign",
    "unstart",
]
