"""Proposing runs, and saying that they may begin, or that they may not."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.approvals import actions as approvals
from itsm.approvals.models import Approval
from itsm.approvals.tables import tables
from itsm.automation import bell
from itsm.automation.actions.ending import finish
from itsm.automation.actions.stepping import settle_step
from itsm.automation.actions.telling import tell
from itsm.automation.filling import filled
from itsm.automation.models import Run, Runbook, RunbookVersion, RunState, WaitsFor
from itsm.automation.parameters import values_for
from itsm.automation.selectors import runs as selectors
from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.inventory.models import Service
from itsm.inventory.selectors import services_named
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.models import Ticket

HEALING_PATIENCE = timedelta(hours=1)
PATIENCE = timedelta(days=1)
ORDINARY_TIER = 3
TABLE = "run"
tables.add(TABLE)(_l("Runbook: starting it"))


@transaction.atomic
def start_run(
    *,
    version: RunbookVersion,
    parameters: Mapping[str, Any],
    key: str,
    actor: User,
    ticket: Ticket | None = None,
    origin: str = Run.Origin.FULFILMENT,
    service: Service | None = None,
    reason: str = "",
) -> Run:
    """Have a runbook done, once for each key: whoever asks again gets the run there is.

    What a rule proposes waits for a person, or begins by itself where the runbook's policy says
    so; what a person or a fulfilment asks for begins as soon as nothing is in its way.
    """
    if not key or len(key) > 200:
        raise Invalid(_("Give a key of at most 200 characters."), field="key")
    runbook = version.runbook
    if not runbook.is_active:
        raise Refused(_("%(name)s is not in use.") % {"name": runbook})
    definition = version.definition
    values = values_for(definition.parameters, parameters)
    target = str(filled(definition.target, {**values, **_given(ticket)}))[:300]
    if not target.strip():
        raise Invalid(_("Nothing says what is to be worked on."), field="parameters")
    if definition.verification.by == "alert" and ticket is None:
        raise Invalid(_("Only the alerts of a record show whether it helped."), field="ticket")
    service = service or _service_of(definition.parameters, values, ticket)
    now = timezone.now()
    is_healing = origin == Run.Origin.HEALING
    made, is_new = Run.objects.get_or_create(
        key=key,
        defaults={
            "runbook": runbook,
            "version": version,
            "origin": origin,
            "ticket": ticket,
            "service": service,
            "tier": service.tier if service else ORDINARY_TIER,
            "parameters": values,
            "target": target,
            "requested_by": actor,
            "reason": reason[:250],
            "cause": dict(events.cause_now() or {}),
            "samples_needed": definition.verification.needed,
            "is_supervised": origin == Run.Origin.PERSON,
            "proposed_at": now,
            "gives_up_at": now + (HEALING_PATIENCE if is_healing else PATIENCE),
        },
    )
    run = _locked(made.pk)
    if not is_new:
        return run
    tell(run, "proposed", actor=actor, reason=run.reason)
    if not is_healing or _begins_by_itself(run):
        _accept(run, actor=actor)
    return run


@transaction.atomic
def accept_run(*, run: Run, actor: User) -> Run:
    """Say of a proposed run that it may begin."""
    _check_may_run(actor)
    held = _locked(run.pk)
    is_for_trial = held.state == RunState.BLOCKED and not held.is_supervised
    if held.state != RunState.PROPOSED and not is_for_trial:
        raise Refused(_("This run no longer waits for anybody's word."))
    held.is_supervised = True
    _accept(held, actor=actor)
    return held


@transaction.atomic
def skip_run(*, run: Run, actor: User, why: str = "") -> Run:
    """Say that a run is not wanted."""
    _check_may_run(actor)
    held = _locked(run.pk)
    if not held.is_waiting:
        raise Refused(_("This run has begun or is over."))
    finish(held, RunState.SKIPPED, why=why or _("Not wanted."), actor=actor)
    return held


@transaction.atomic
def approve_run(*, run: Run, actor: User, word: str, comment: str = "", plan: str = "") -> Run:
    """Give leave for a run or for one of its steps, or refuse it: never by who asked for it.

    ``plan`` is the hash of the plan that was judged; Refused when the run has another by now.
    """
    if plan and plan != run.plan_hash:
        raise Refused(_("What you judged has changed; look at it again."), field="plan")
    if run.ticket_id is not None:
        asked = _asked_about(run)
        approvals.vote(approval=asked, actor=actor, word=word, comment=comment)
        return Run.objects.select_related("runbook", "ticket").get(pk=run.pk)
    if not actor.has_perm("runbooks.manage"):
        raise NotAllowed(_("Only process managers give leave for runs."))
    if actor.pk in barred(run):
        raise NotAllowed(_("Who asked for it does not give leave for it."))
    if word == "rejected" and not comment.strip():
        raise Invalid(_("Say why not."), field="comment")
    return settle_leave(run_id=run.pk, is_granted=word == "approved", actor=actor, why=comment)


@transaction.atomic
def settle_leave(*, run_id: int, is_granted: bool, actor: User, why: str = "") -> Run:
    """Go on with a run, or end it, once leave was given or refused."""
    held = _locked(run_id)
    is_step = held.waits_for == WaitsFor.APPROVAL
    if held.state != RunState.AWAITING_APPROVAL and not is_step:
        raise Refused(_("This run no longer waits for leave."))
    if is_step:
        settle_step(held, is_done=is_granted, actor=actor, why=why)
    elif is_granted:
        held.state, held.due_at = RunState.PROPOSED, timezone.now()
        held.save(update_fields=["state", "due_at"])
        tell(held, "approved", actor=actor)
        bell.ring_on_commit()
    else:
        finish(held, RunState.SKIPPED, why=why or _("Leave was refused."), actor=actor)
    return held


@transaction.atomic
def ask_about_step(*, run_id: int) -> None:
    """Ask for leave for the step a run has come to, once; who is asked sees its plan."""
    run = Run.objects.select_related("ticket").get(pk=run_id)
    if run.ticket is None:
        return
    run.ticket.lock()  # before the run, as everywhere
    held = _locked(run_id)
    asked = Approval.objects.filter(ticket=held.ticket_id, purpose=purpose_of(held))
    is_asked = asked.filter(state=Approval.State.REQUESTED).exists()
    if held.waits_for == WaitsFor.APPROVAL and not is_asked:
        ask_for_leave(held, purpose=purpose_of(held), actor=system_user())


def ask_for_leave(run: Run, *, purpose: str, actor: User) -> None:
    """Ask about a run: through its ticket where it has one, on the run's own page otherwise."""
    if run.ticket is None:
        return
    question = approvals.Question(
        ticket=run.ticket,
        purpose=purpose,
        table=TABLE,
        snapshot=picture_of(run),
        barred=barred(run),
        by_people_only=True,
    )
    approvals.ask(question=question, actor=actor)


def picture_of(run: Run) -> dict[str, Any]:
    """What is judged: if any of it changes, leave is void."""
    return {
        "runbook": run.runbook.name,
        "version": run.version.number,
        "target": run.target,
        "parameters": run.parameters,
        "plan": run.plan_hash,
        "tier": run.tier,
        "policy": run.runbook.policy,
    }


def purpose_of(run: Run) -> str:
    """Under what leave for a run, or for the step it is at, is asked."""
    is_step = run.waits_for == WaitsFor.APPROVAL
    return f"run-{run.pk}-{run.position}" if is_step else f"run-{run.pk}"


def barred(run: Run) -> list[int]:
    """Who does not judge it."""
    found = {run.requested_by_id, run.accepted_by_id, run.version.created_by_id}
    return sorted(each for each in found if each is not None)


def _asked_about(run: Run) -> Approval:
    found = Approval.objects.filter(
        ticket=run.ticket_id, purpose=purpose_of(run), state=Approval.State.REQUESTED
    ).first()
    if found is None:
        raise Refused(_("This run no longer waits for leave."))
    return found


def _accept(run: Run, *, actor: User) -> None:
    now = timezone.now()
    run.accepted_by = actor
    run.obstacle, run.why, run.due_at = "", "", now
    run.gives_up_at = now + (HEALING_PATIENCE if run.origin == Run.Origin.HEALING else PATIENCE)
    # The approver of a fulfilment saw its plan before anything of it was begun.
    is_asked = run.runbook.needs_approval and run.origin != Run.Origin.FULFILMENT
    run.state = RunState.PROPOSED
    if is_asked:
        run.state, run.due_at = RunState.AWAITING_APPROVAL, None
    run.save()
    tell(run, "accepted", actor=actor)
    if is_asked:
        ask_for_leave(run, purpose=purpose_of(run), actor=actor)
    bell.ring_on_commit()


def _begins_by_itself(run: Run) -> bool:
    policy = run.runbook.policy
    if policy == Runbook.Policy.AUTO_NONPROD:
        return not selectors.is_in_production(run)
    return policy == Runbook.Policy.AUTO


def _check_may_run(actor: User) -> None:
    if not actor.has_perm("runbooks.run"):
        raise NotAllowed(_("You may not run runbooks."))


def _given(ticket: Ticket | None) -> dict[str, str]:
    return {"ticket": ticket.number, "incident_title": ticket.title} if ticket else {}


def _service_of(
    parameters: Any, values: Mapping[str, Any], ticket: Ticket | None
) -> Service | None:
    names = [str(values[each.name]) for each in parameters if each.type == "service"]
    found = services_named([each for each in names if each])
    return next(iter(found.values()), None) or (ticket.service if ticket else None)


def _locked(pk: int) -> Run:
    runs = Run.objects.select_for_update(of=("self",))
    return runs.select_related("runbook", "version", "ticket", "service").get(pk=pk)
