"""Learning from the house's own history, proposing, and taking what was proposed."""

import json
import zlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import NotFound
from itsm.inventory.selectors import services_named
from itsm.people.models import User
from itsm.proposals.learner import Model, learn
from itsm.proposals.models import LearntModel, Proposal
from itsm.proposals.selectors import history, open_proposals, proposed_for, record_of
from itsm.proposals.targets import PATHS, examples
from itsm.tickets.actions import edit
from itsm.tickets.models import Ticket
from itsm.tickets.workflow import workflows

KEPT = 2  # versions of a model: the one in use, and the one before


def learn_all() -> int:
    """Learn every field anew from what was decided so far; how many were learnt."""
    rows = history()
    learnt = 0
    for field in PATHS:
        model = learn(examples(rows, field))
        if model is not None:
            _keep(field, model)
            learnt += 1
    return learnt


@transaction.atomic
def _keep(field: str, model: Model) -> None:
    """Put a model into use; the one before stays, older ones go."""
    models = LearntModel.objects.select_for_update().filter(field=field).order_by("-version")
    versions = list(models.values_list("version", flat=True))
    body = {"rarities": model.rarities, "weights": model.weights, "steps": model.steps}
    LearntModel.objects.create(
        field=field,
        version=versions[0] + 1 if versions else 1,
        records=model.records,
        accuracy=model.accuracy,
        threshold=model.threshold,
        body=zlib.compress(json.dumps(body, separators=(",", ":")).encode()),
    )
    LearntModel.objects.filter(field=field, version__in=versions[KEPT - 1 :]).delete()


def propose(*, ticket: Ticket) -> None:
    """Propose values for the fields of a new ticket that nobody has filled in."""
    record = record_of(ticket)
    made = [
        Proposal(
            ticket=ticket,
            field=each.field,
            value=each.value[:160],
            sureness=each.sureness,
            reasons=each.reasons,
            version=each.version,
        )
        for each in proposed_for(record)
    ]
    Proposal.objects.bulk_create(made, ignore_conflicts=True)


@transaction.atomic
def take(*, ticket: Ticket, field: str, actor: User) -> Ticket:
    """Fill a field with what was proposed, by the same road as a person does it."""
    proposal = next((each for each in open_proposals(ticket) if each.field == field), None)
    if proposal is None:
        raise NotFound(_("This is not proposed any more."))
    filled = _filled(ticket, proposal, actor)
    proposal.taken_at, proposal.taken_by = timezone.now(), actor
    proposal.save(update_fields=["taken_at", "taken_by"])
    events.publish("proposal.accepted", proposal, actor=actor, data={"field": field})
    return filled


def _filled(ticket: Ticket, proposal: Proposal, actor: User) -> Ticket:
    if proposal.field in ("team", "assignee"):
        assign = workflows[ticket.kind].transitions["assign"]
        given = {proposal.field: proposal.value}
        assigned: Ticket = assign.perform_with(ticket, actor=actor, given=given, version=None)
        return assigned
    value: object = proposal.value
    if proposal.field == "service":
        value = services_named([proposal.value]).get(proposal.value)
        if value is None:
            raise NotFound(_("There is no such service any more."))
    return edit(ticket=ticket, actor=actor, changes={proposal.field: value})


def judge(*, ticket: Ticket) -> None:
    """Say of what was proposed for a ticket that is over whether it was right."""
    record = record_of(ticket)
    for proposal in Proposal.objects.filter(ticket=ticket).exclude(value=""):
        final = record.get(PATHS[proposal.field])
        proposal.was_right = str(final) == proposal.value if final else None
        proposal.save(update_fields=["was_right"])
