"""Everything that can be done to a problem."""

from problems.actions.analysing import take_cause, write_analysis
from problems.actions.assessing import assess, assign, cancel, confirm, duplicate, unassign
from problems.actions.counting import (
    accept_candidate,
    find_candidates,
    note_breaker,
    reject_candidate,
)
from problems.actions.fixing import close, fix, resolve
from problems.actions.following import note_alerts, note_fix
from problems.actions.linking import link_incident, unlink_incident
from problems.actions.opening import Report, open_problem
from problems.actions.publishing import publish_cause, publish_workaround, withdraw
from problems.actions.recognising import (
    find_incidents_of,
    find_known_errors,
    forget_known_error,
)
from problems.actions.returning import expire_risk, reanalyze, recur
from problems.actions.reviewing import add_action, judge_actions, move_action, write_review
from problems.actions.risking import (
    accept_risk,
    ask_to_accept,
    drop_stale_question,
    propose_risk,
)
from problems.actions.tasks import add_task, finish_task
from problems.actions.trying import say_me_too, say_worked, take_me_too_back
from problems.actions.weighing import note_fingerprints, weigh

__all__ = [
    "Report",
    "accept_candidate",
    "accept_risk",
    "add_action",
    "add_task",
    "ask_to_accept",
    "assess",
    "assign",
    "cancel",
    "close",
    "confirm",
    "drop_stale_question",
    "duplicate",
    "expire_risk",
    "find_candidates",
    "find_incidents_of",
    "find_known_errors",
    "finish_task",
    "fix",
    "forget_known_error",
    "judge_actions",
    "link_incident",
    "move_action",
    "note_alerts",
    "note_breaker",
    "note_fingerprints",
    "note_fix",
    "open_problem",
    "propose_risk",
    "publish_cause",
    "publish_workaround",
    "reanalyze",
    "recur",
    "reject_candidate",
    "resolve",
    "say_me_too",
    "say_worked",
    "take_cause",
    "take_me_too_back",
    "unassign",
    "unlink_incident",
    "weigh",
    "withdraw",
    "write_analysis",
    "write_review",
]
