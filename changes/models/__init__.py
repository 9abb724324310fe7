"""Changes, what they are made from, when they may be made, and what pipelines tell of them."""

from changes.models.attribution import Attribution
from changes.models.board import AgendaItem, Board, Meeting
from changes.models.change import (
    Category,
    Change,
    ChangeType,
    CloseCode,
    Environment,
    Outcome,
)
from changes.models.evidence import Deployment, Evidence
from changes.models.feed import CalendarFeed
from changes.models.gate import GateDecision, GatePolicy, Permit
from changes.models.gate_call import GateCall
from changes.models.pipeline import EvidenceKind, Pipeline, PipelinePost, Trace
from changes.models.proposal import TemplateProposal
from changes.models.template import ChangeTemplate, TemplateVersion
from changes.models.waiting import GateWait
from changes.models.window import Window, WindowSort

__all__ = [
    "AgendaItem",
    "Attribution",
    "Board",
    "CalendarFeed",
    "Category",
    "Change",
    "ChangeTemplate",
    "ChangeType",
    "CloseCode",
    "Deployment",
    "Environment",
    "Evidence",
    "EvidenceKind",
    "GateCall",
    "GateDecision",
    "GatePolicy",
    "GateWait",
    "Meeting",
    "Outcome",
    "Permit",
    "Pipeline",
    "PipelinePost",
    "TemplateProposal",
    "TemplateVersion",
    "Trace",
    "Window",
    "WindowSort",
]
