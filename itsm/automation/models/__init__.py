"""Rules and macros, and what became of them."""

from itsm.automation.models.macros import Macro
from itsm.automation.models.rules import Evaluation, Firing, Guard, Outcome, Rule, RuleBook

__all__ = ["Evaluation", "Firing", "Guard", "Macro", "Outcome", "Rule", "RuleBook"]
