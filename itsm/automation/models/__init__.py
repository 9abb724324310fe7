"""Rules, macros and what became of them; runbooks, their runs, and what keeps them from harm."""

from itsm.automation.models.guards import Breaker, KillSwitch, RunBudget
from itsm.automation.models.macros import Macro
from itsm.automation.models.rules import Evaluation, Firing, Guard, Outcome, Rule, RuleBook
from itsm.automation.models.runbooks import Runbook, RunbookSecret, RunbookVersion
from itsm.automation.models.runs import (
    AT_WORK,
    NOT_VERIFIED,
    OVER,
    WAITING,
    Obstacle,
    Run,
    RunLine,
    RunState,
    RunStep,
    WaitsFor,
)

__all__ = [
    "AT_WORK",
    "NOT_VERIFIED",
    "OVER",
    "WAITING",
    "Breaker",
    "Evaluation",
    "Firing",
    "Guard",
    "KillSwitch",
    "Macro",
    "Obstacle",
    "Outcome",
    "Rule",
    "RuleBook",
    "Run",
    "RunBudget",
    "RunLine",
    "RunState",
    "RunStep",
    "Runbook",
    "RunbookSecret",
    "RunbookVersion",
    "WaitsFor",
]
