"""What of automation is configuration."""

from itsm.automation.models import Macro, Rule
from itsm.core.configuration import Kind, kinds

kinds[Rule] = Kind("rule")
kinds[Macro] = Kind("macro")
