"""The one switch that stops everything."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.automation import bell
from itsm.automation.actions.checking import hold_switch
from itsm.automation.actions.ending import finish
from itsm.automation.actions.stepping import locked
from itsm.automation.models import AT_WORK, WAITING, KillSwitch, Run, RunState
from itsm.core import events
from itsm.core.errors import NotAllowed, Refused
from itsm.people.models import User


@transaction.atomic
def stop_everything(*, actor: User, reason: str = "") -> KillSwitch:
    """Let no run begin, end those that wait, and tell those at work to stop at once."""
    if not actor.has_perm("runbooks.run"):
        raise NotAllowed(_("You may not stop runs."))
    switch = hold_switch()
    if switch.is_on:
        return switch
    switch.is_on, switch.pressed_by = True, actor
    switch.pressed_at, switch.reason = timezone.now(), reason.strip()[:250]
    switch.save()
    events.publish("kill_switch.pressed", switch, actor=actor, data={"reason": switch.reason})
    Run.objects.filter(state__in=AT_WORK).exclude(state=RunState.VERIFYING).update(is_stopped=True)
    for pk in Run.objects.filter(state__in=WAITING).order_by("pk").values_list("pk", flat=True):
        _abort(pk, actor)
    idle = Run.objects.filter(
        is_stopped=True,
        state__in=AT_WORK,
        claim__isnull=True,
        waits_for__in=["", "person", "approval"],
    )
    for pk in idle.order_by("pk").values_list("pk", flat=True):
        _abort(pk, actor)
    return switch


def _abort(pk: int, actor: User) -> None:
    run = locked(pk)
    if run.claim is None and not run.is_over:
        finish(run, RunState.ABORTED, why=_("Everything was stopped."), actor=actor)


@transaction.atomic
def let_go_on(*, actor: User) -> KillSwitch:
    """Let runs begin again."""
    if not actor.has_perm("runbooks.manage"):
        raise NotAllowed(_("Only process managers let runs begin again."))
    switch = hold_switch()
    if not switch.is_on:
        raise Refused(_("Nothing is stopped."))
    switch.is_on = False
    switch.save()
    events.publish("kill_switch.released", switch, actor=actor, data={"reason": switch.reason})
    bell.ring_on_commit()
    return switch


@transaction.atomic
def abort_run(*, run: Run, actor: User) -> Run:
    """Stop one run: at once where nobody is at it, else as soon as its worker hears of it."""
    if not actor.has_perm("runbooks.run"):
        raise NotAllowed(_("You may not stop runs."))
    found = locked(run.pk)
    if found.is_over:
        raise Refused(_("This run is over."))
    if found.waits_for == "word":
        raise Refused(_("Say first whether its step took effect."))
    if found.claim is not None:
        found.is_stopped = True
        found.save(update_fields=["is_stopped"])
        events.publish("run.stop_requested", found, actor=actor, data={"run": found.pk})
    else:
        finish(found, RunState.ABORTED, why=_("It was stopped."), actor=actor)
    return found
