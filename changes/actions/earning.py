"""Templates that earn to need no leave, and lose it again."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from changes import records
from changes.earning import Run, good_in_a_row, has_earned
from changes.models import (
    Attribution,
    Change,
    ChangeTemplate,
    CloseCode,
    Outcome,
    TemplateProposal,
)
from itsm.core import events
from itsm.core.errors import NotAllowed, Refused
from itsm.people.models import User
from itsm.people.selectors import people_capable_of

Standing = ChangeTemplate.Standing
State = TemplateProposal.State
# How it went is known before somebody has said what is to be said of it in the end.
OF_OUTCOME = {
    Outcome.FAILED.value: CloseCode.UNSUCCESSFUL.value,
    Outcome.ROLLED_BACK.value: CloseCode.ROLLED_BACK.value,
}
TO_EARN = (Standing.PROPOSED, Standing.DEMOTED)


@transaction.atomic
def weigh_template(*, change: Change, actor: User) -> None:
    """After a change made from a template: take its leave away, or propose to give it."""
    # What runbooks do is judged by their breakers, which open sooner and close again.
    if change.template_version is None or change.runs_as_change.exists():
        return
    # Without this lock a failure and a confirmation at once could leave a failed one in use.
    template = ChangeTemplate.objects.select_for_update(of=("self",)).get(
        pk=change.template_version.template_id
    )
    run = _run_of(change)
    if run.is_failure and _is_after_demotion(template, change):
        _lose(template, change, run, actor)
    elif template.standing in TO_EARN:
        _propose_if_earned(template, change, actor)


def _run_of(change: Change) -> Run:
    caused = Attribution.objects.filter(change=change.pk, provenance="confirmed")
    code = change.close_code or OF_OUTCOME.get(change.outcome, "")
    return Run(change.number, code, caused.exists())


def _is_after_demotion(template: ChangeTemplate, change: Change) -> bool:
    """Whether this is news: what was begun before the last demotion has cost it already."""
    if template.demoted_at is None or change.actual_start is None:
        return True
    return change.actual_start > template.demoted_at


def _lose(template: ChangeTemplate, change: Change, run: Run, actor: User) -> None:
    lapsed = TemplateProposal.objects.filter(template=template, state=State.OPEN)
    lapsed.update(state=State.LAPSED, decided_at=timezone.now())
    if template.standing != Standing.ACTIVE:
        return
    template.standing = Standing.DEMOTED
    template.demoted_at = timezone.now()
    template.save(update_fields=["standing", "demoted_at"])
    data = {"name": template.name, "change": change.pk, "code": run.code,
            "has_caused": run.has_caused}  # fmt: skip
    events.publish("change_template.demoted", template, actor=actor, data=data)


def _propose_if_earned(template: ChangeTemplate, change: Change, actor: User) -> None:
    version = records.newest_version(template)
    if version is None or template.proposals.filter(state=State.OPEN).exists():
        return
    runs = records.runs_of(template, version=version)
    told = {run.number: pk for pk, run in runs}
    good = good_in_a_row([run for _pk, run in runs])
    if not has_earned(good, wanted=template.good_runs_wanted):
        return
    declined = template.proposals.filter(version=version, state=State.DECLINED).first()
    ids = [told[each.number] for each in good]
    if declined is not None and len(set(ids) - set(declined.runs)) < template.good_runs_wanted:
        return  # what was declined is proposed again only after as many new good runs
    TemplateProposal.objects.create(template=template, version=version, runs=ids)
    data = {"version": version.number, "runs": ids[:100], "count": len(ids)}
    events.publish("change_template.proposed", template, actor=actor, data=data)
    # Told of on the change that made it so: whoever wrote the template cannot confirm it.
    deciders = people_capable_of("changes.manage").exclude(pk=version.created_by_id)
    asked = {"template": template.slug, "users": list(deciders.values_list("pk", flat=True))}
    events.publish("change.template_earned", change, actor=actor, data=asked)


@transaction.atomic
def confirm_template(*, proposal: TemplateProposal, actor: User) -> ChangeTemplate:
    """Let changes be made from a template without leave each time, as it has earned."""
    template, locked = _locked(proposal, actor)
    if locked.version.created_by_id == actor.pk:
        raise Refused(_("Who wrote the template cannot confirm it."))
    newest = records.newest_version(template)
    if newest is None or newest.pk != locked.version_id:
        raise Refused(_("It has been rewritten since; it must earn it anew."))
    template.standing = Standing.ACTIVE
    template.save(update_fields=["standing"])
    _decide(locked, State.CONFIRMED, actor)
    data: dict[str, Any] = {"version": locked.version.number, "runs": locked.runs[:100]}
    events.publish("change_template.promoted", template, actor=actor, data=data)
    return template


@transaction.atomic
def decline_template(*, proposal: TemplateProposal, actor: User, comment: str = "") -> None:
    """Say that a template's changes shall go on asking for leave."""
    template, locked = _locked(proposal, actor)
    locked.comment = comment
    _decide(locked, State.DECLINED, actor)
    data = {"version": locked.version.number, "comment": comment}
    events.publish("change_template.declined", template, actor=actor, data=data)


def _locked(proposal: TemplateProposal, actor: User) -> tuple[ChangeTemplate, TemplateProposal]:
    if not actor.has_perm("changes.manage"):
        raise NotAllowed(_("Only a process manager decides on templates."))
    template = ChangeTemplate.objects.select_for_update(of=("self",)).get(pk=proposal.template_id)
    locked = TemplateProposal.objects.select_related("version").get(pk=proposal.pk)
    if locked.state != State.OPEN:
        raise Refused(_("That is decided already."))
    return template, locked


def _decide(proposal: TemplateProposal, state: str, actor: User) -> None:
    proposal.state, proposal.decided_by = state, actor
    proposal.decided_at = timezone.now()
    proposal.save(update_fields=["state", "decided_by", "decided_at", "comment"])
