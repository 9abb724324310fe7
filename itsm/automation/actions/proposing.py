"""Proposing that a runbook heals what a record is about."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from itsm.automation.actions.starting import start_run
from itsm.automation.filling import filled
from itsm.automation.models import Run, Runbook
from itsm.automation.parameters import Parameter, values_for
from itsm.automation.selectors import runs as selectors
from itsm.automation.selectors.runbooks import newest_version_of
from itsm.people.models import User
from itsm.tickets.models import Ticket


@transaction.atomic
def propose_run(
    *,
    runbook: Runbook,
    ticket: Ticket,
    parameters: Mapping[str, Any],
    key: str,
    actor: User,
    origin: str = Run.Origin.HEALING,
    reason: str = "",
) -> Run:
    """Propose a run for a record; one that is under way for the same is the one that is given."""
    # A flapping alert proposes side by side, and each would miss the other's run.
    locked: Ticket = ticket.lock()
    version = newest_version_of(runbook)
    definition = version.definition
    told = {**said_by(locked, definition.parameters), **parameters}
    values = values_for(definition.parameters, told)
    target = str(filled(definition.target, {**values, "ticket": locked.number}))
    if (under_way := selectors.under_way(runbook, target, locked)) is not None:
        return under_way
    return start_run(
        version=version,
        parameters=told,
        key=key,
        actor=actor,
        ticket=locked,
        origin=origin,
        reason=reason,
    )


def said_by(ticket: Ticket, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """What a record says by itself of what a runbook wants to be told: its service, its host."""
    told: dict[str, Any] = {}
    for each in parameters:
        if each.type == "service" and ticket.service is not None:
            told[each.name] = ticket.service.name
        elif each.type == "host":
            names = ticket.configuration_items.order_by("name").values_list("name", flat=True)
            if (name := names.first()) is not None:
                told[each.name] = name
    return told
