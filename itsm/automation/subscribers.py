"""What the house does by itself once something is committed."""

from itsm.automation.actions.evaluating import evaluate
from itsm.core.models import Event
from itsm.core.subscribers import Moment, on


@on(moment=Moment.AFTER)
def evaluate_rules(event: Event) -> None:
    """Take an event that a rule listens for through the rules; see ``core.interests``."""
    evaluate(event)
