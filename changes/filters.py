"""What lists of changes can be narrowed to."""

from typing import ClassVar

from changes.models import Category, Change, ChangeType, Environment
from changes.workflow import workflow
from itsm.core.rest.filtering import InstantFilter, Words
from itsm.tickets.filters import TicketFilters, state_filter


class ChangeFilters(TicketFilters):
    """Narrows changes."""

    state = state_filter([(name, state.label) for name, state in workflow.states.items()])
    type = Words(choices=ChangeType.choices, label="By which road it goes.")
    category = Words(choices=Category.choices, label="What is altered.")
    environment = Words(choices=Environment.choices, label="Where it is altered.")
    starts_after = InstantFilter("planned_start", lookup_expr="gte", label="Planned then or later.")
    starts_before = InstantFilter("planned_start", lookup_expr="lt", label="Planned before then.")

    class Meta:
        model = Change
        fields: ClassVar[list[str]] = []
