"""What lists of improvements can be narrowed to."""

from typing import ClassVar

from itsm.core.rest.filtering import Words
from itsm.tickets.filters import TicketFilters, state_filter
from problems.improvements.models import Improvement, Origin, Outcome
from problems.improvements.workflow import workflow


class ImprovementFilters(TicketFilters):
    """Narrows improvements."""

    state = state_filter([(name, state.label) for name, state in workflow.states.items()])
    origin = Words(choices=Origin.choices, label="Where the idea came from.")
    outcome = Words(choices=Outcome.choices, label="What came of it.")

    class Meta:
        model = Improvement
        fields: ClassVar[list[str]] = []
