"""Everything that can be done to a change."""

from changes.actions.asking import ask_for_leave
from changes.actions.assessing import assess, assess_like
from changes.actions.assigning import assign, unassign
from changes.actions.attributing import confirm_cause, find_causes, put_down, reject_cause
from changes.actions.deciding import Answer, ask_gate, keep_refusal
from changes.actions.delivering import Delivered, Finding, add_evidence, register_deployment
from changes.actions.earning import confirm_template, decline_template, weigh_template
from changes.actions.ending import cancel, close, hold, release
from changes.actions.feeding import end_feed, make_feed, note_reading
from changes.actions.gate_calls import (
    changes_waited_for,
    decide_calls,
    refuse_calls,
    remind,
    send_verdict,
)
from changes.actions.hearing import forget_posts, hear
from changes.actions.importing import import_windows
from changes.actions.moving import move, voids_leave
from changes.actions.opening import Plan, open_change
from changes.actions.permitting import Artifact, expire, forget_decisions, revoke
from changes.actions.pipelines import PIPELINES, connect_pipeline, rotate_pipeline_token
from changes.actions.plan_reading import read_plan
from changes.actions.planning import authorize, endorse, lapse, reject, revise, submit
from changes.actions.quieting import hold_alerts_back, let_alerts_through
from changes.actions.running import complete, start, start_with_permit
from changes.actions.tasks import add_task, finish_task
from changes.actions.waiting import Patience, ask_and_wait, note_told, settle

__all__ = [
    "PIPELINES",
    "Answer",
    "Artifact",
    "Delivered",
    "Finding",
    "Patience",
    "Plan",
    "add_evidence",
    "add_task",
    "ask_and_wait",
    "ask_for_leave",
    "ask_gate",
    "assess",
    "assess_like",
    "assign",
    "authorize",
    "cancel",
    "changes_waited_for",
    "close",
    "complete",
    "confirm_cause",
    "confirm_template",
    "connect_pipeline",
    "decide_calls",
    "decline_template",
    "end_feed",
    "endorse",
    "expire",
    "find_causes",
    "finish_task",
    "forget_decisions",
    "forget_posts",
    "hear",
    "hold",
    "hold_alerts_back",
    "import_windows",
    "keep_refusal",
    "lapse",
    "let_alerts_through",
    "make_feed",
    "move",
    "note_reading",
    "note_told",
    "open_change",
    "put_down",
    "read_plan",
    "refuse_calls",
    "register_deployment",
    "reject",
    "reject_cause",
    "release",
    "remind",
    "revise",
    "revoke",
    "rotate_pipeline_token",
    "send_verdict",
    "settle",
    "start",
    "start_with_permit",
    "submit",
    "unassign",
    "voids_leave",
    "weigh_template",
]
