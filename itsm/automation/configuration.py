"""What of automation is configuration."""

from django.urls import reverse

from itsm.automation.models import Macro, Rule, Runbook, RunBudget
from itsm.core.configuration import Kind, kinds
from itsm.core.whereabouts import whereabouts

kinds[Rule] = Kind("rule", subject="automation_rule")
kinds[Macro] = Kind("macro")
kinds[Runbook] = Kind("runbook")
kinds[RunBudget] = Kind("run_budget")

whereabouts[Runbook] = lambda each: reverse("runbook", args=[each.slug])
