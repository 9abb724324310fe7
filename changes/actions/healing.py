"""The standard change of each run of a runbook: opened when it begins, closed when it is over."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from changes.actions.ending import close
from changes.actions.opening import Plan, open_change
from changes.actions.planning import submit
from changes.actions.running import complete, start
from changes.models import (
    Change,
    ChangeTemplate,
    ChangeType,
    CloseCode,
    Environment,
    Outcome,
    TemplateVersion,
)
from itsm.automation.actions.changing import name_change
from itsm.automation.models import Run, RunbookVersion, RunState
from itsm.core.errors import Refused
from itsm.people.selectors import system_user
from itsm.tickets.models import Link

SLACK = timedelta(minutes=15)
LONGEST_SLUG = 60
# How the work went, by the end of the run.
OUTCOMES = {
    RunState.VERIFIED: Outcome.OK,
    RunState.ROLLED_BACK: Outcome.ROLLED_BACK,
    RunState.FAILED: Outcome.FAILED,
    RunState.ABORTED: Outcome.FAILED,
}


@transaction.atomic
def begin_for_run(*, run: Run) -> Change:
    """Open, submit and start the change of a run; Refused where the gate does not let it go.

    It is the house's own, made from a template that says what the version of the runbook says, and
    linked as the fix of the incident the run is for.
    """
    bot = system_user()
    now = timezone.now()
    definition = run.version.definition
    lasts = sum((each.timeout for each in (*definition.steps, *definition.rollback)), SLACK)
    environment = str(run.parameters.get("environment", "")).lower()
    change = open_change(
        plan=Plan(
            title=f"{run.runbook.name}: {run.target}"[:250],
            type=ChangeType.STANDARD,
            environment=environment if environment in Environment.values else "production",
            reason=run.reason,
            service=run.service,
            planned_start=now,
            planned_end=now + lasts + definition.verification.within,
            template_version=_template_of(run.version),
        ),
        actor=bot,
    )
    name_change(run=run, change=change)
    if run.ticket_id is not None:
        Link.objects.create(
            from_ticket_id=run.ticket_id, to_ticket_id=change.pk, sort=Link.Sort.FIXED_BY
        )
    submitted: Change = submit(change, actor=bot)
    begun: Change = start(submitted, actor=bot)
    return begun


def reason_to_hold(run: Run) -> str:
    """Why the gate would not let the change of a run go now; it is tried, and taken back."""
    try:
        with transaction.atomic():
            begin_for_run(run=run)
            transaction.set_rollback(True)
    except Refused as refusal:
        return str(refusal)
    finally:
        run.change_id = None
    return ""


@transaction.atomic
def end_for_run(*, run: Run) -> None:
    """Say of the change of a run how that went; one that went well is closed at once."""
    if run.change_id is None or run.state not in OUTCOMES:
        return
    change = Change(pk=run.change_id).lock()
    if change.state != "implement":
        return
    bot, outcome = system_user(), OUTCOMES[RunState(run.state)]
    why = run.why or _("%(count)d healthy samples in a row.") % {"count": run.healthy}
    done: Change = complete(change, actor=bot, outcome=outcome, notes=why[:5000])
    if outcome == Outcome.OK:
        close(done, actor=bot, code=CloseCode.SUCCESSFUL, notes=why)


def _template_of(version: RunbookVersion) -> TemplateVersion:
    """The template of a runbook, saying what this version says."""
    runbook = version.runbook
    # The manager who wrote the runbook has given the leave a template gives; what it does later is
    # judged by its breakers.
    template, _is_new = ChangeTemplate.objects.get_or_create(
        slug=f"runbook-{runbook.slug}"[:LONGEST_SLUG],
        defaults={
            "name": runbook.name,
            "owner_team": runbook.owner_team,
            "standing": ChangeTemplate.Standing.ACTIVE,
            "good_runs_wanted": 0,
        },
    )
    definition = version.definition
    found, _is_new = TemplateVersion.objects.get_or_create(
        template=template,
        number=version.number,
        defaults={
            "title": runbook.name,
            "description": runbook.description,
            "implementation_plan": version.text,
            "test_plan": definition.verification.by,
            "backout_plan": ", ".join(each.name for each in definition.rollback) or "–",
            "backout_tested": bool(definition.rollback),
            "created_by": version.created_by,
        },
    )
    return found
