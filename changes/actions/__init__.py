"""Everything that can be done to a change."""

from changes.actions.asking import ask_for_leave
from changes.actions.assessing import assess
from changes.actions.delivering import Delivered, Finding, add_evidence, register_deployment
from changes.actions.ending import cancel, close, hold, release
from changes.actions.opening import Plan, open_change
from changes.actions.planning import authorize, endorse, lapse, reject, revise, submit
from changes.actions.running import complete, start
from changes.actions.tasks import add_task, finish_task

__all__ = [
    "Delivered",
    "Finding",
    "Plan",
    "add_evidence",
    "add_task",
    "ask_for_leave",
    "assess",
    "authorize",
    "cancel",
    "close",
    "complete",
    "endorse",
    "finish_task",
    "hold",
    "lapse",
    "open_change",
    "register_deployment",
    "reject",
    "release",
    "revise",
    "start",
    "submit",
]
