"""What of automation is configuration."""

from itsm.automation.models import Macro, Rule, Runbook, RunBudget
from itsm.core.configuration import Kind, kinds

kinds[Rule] = Kind("rule", subject="automation_rule")
kinds[Macro] = Kind("macro")
kinds[Runbook] = Kind("runbook")
kinds[RunBudget] = Kind("run_budget")
