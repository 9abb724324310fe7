"""What lists of incidents can be narrowed to."""

from typing import ClassVar

from incidents.models import Incident, OnHoldReason
from incidents.workflow import workflow
from itsm.core.rest.filtering import FlagFilter, Words
from itsm.tickets.filters import TicketFilters, state_filter


class IncidentFilters(TicketFilters):
    """Narrows incidents."""

    state = state_filter([(name, state.label) for name, state in workflow.states.items()])
    major = FlagFilter("major", label="Declared a major incident.")
    on_hold_reason = Words(choices=OnHoldReason.choices, label="What it waits for.")

    class Meta:
        model = Incident
        fields: ClassVar[list[str]] = []
