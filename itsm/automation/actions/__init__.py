"""Everything that can be done with automation, one file a noun."""

from itsm.automation.actions.aftercare import escalate_run, void_leave
from itsm.automation.actions.runbooks import (
    add_runbook,
    change_runbook,
    remove_secret,
    set_secret,
)
from itsm.automation.actions.starting import (
    accept_run,
    approve_run,
    ask_about_step,
    settle_leave,
    skip_run,
    start_run,
)
from itsm.automation.actions.stepping import settle_run
from itsm.automation.actions.switching import abort_run, let_go_on, stop_everything

__all__ = [
    "abort_run",
    "accept_run",
    "add_runbook",
    "approve_run",
    "ask_about_step",
    "change_runbook",
    "escalate_run",
    "let_go_on",
    "remove_secret",
    "set_secret",
    "settle_leave",
    "settle_run",
    "skip_run",
    "start_run",
    "stop_everything",
    "void_leave",
]
