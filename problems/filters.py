"""What lists of problems can be narrowed to."""

from typing import ClassVar

from itsm.core.rest.filtering import FlagFilter, Words
from itsm.tickets.filters import TicketFilters, state_filter
from problems.models import Origin, Problem, ResolutionCode
from problems.workflow import workflow


class ProblemFilters(TicketFilters):
    """Narrows problems."""

    state = state_filter([(name, state.label) for name, state in workflow.states.items()])
    origin = Words(choices=Origin.choices, label="What made somebody ask why.")
    resolution_code = Words(choices=ResolutionCode.choices, label="How it ended.")

    known_error = FlagFilter(
        "known_error_at",
        lookup_expr="isnull",
        exclude=True,
        label="Its cause or workaround is published.",
    )

    class Meta:
        model = Problem
        fields: ClassVar[list[str]] = []
