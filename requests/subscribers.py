"""How requests react to the rest of the house and to each other."""

from django.utils.translation import gettext as _

from itsm.approvals.actions import void
from itsm.approvals.models import Approval
from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.people.models import User
from itsm.people.selectors import system_user
from requests import actions
from requests.actions.agreeing import PURPOSE
from requests.actions.fulfilling import finish, give_up
from requests.models import ServiceRequest, Step, StepState

WORDS = {"approval.granted": "granted", "approval.denied": "denied", "approval.expired": "expired"}


@on("service_request.submitted", "service_request.drifted", moment=Moment.INSIDE)
def ask_for_leave(submitted: list[Event]) -> None:
    """Ask whoever must agree to it, or let it go on."""
    for event in submitted:
        actions.ask_for_leave(service_request=_request(event.subject_id), actor=_actor(event))


@on(
    *("service_request.revised", "service_request.skipped", "service_request.canceled"),
    moment=Moment.INSIDE,
)
def ask_no_more(ended: list[Event]) -> None:
    """What is changed or given up needs nobody's word now."""
    for event in ended:
        void(ticket=_request(event.subject_id), actor=_actor(event))


@on(*WORDS, moment=Moment.INSIDE)
def go_on(decided: list[Event]) -> None:
    """Take what came of asking: whether it may be done at all, or whether a step of it may."""
    wanted = [each.data["ticket"] for each in decided]
    found = {each.pk: each for each in ServiceRequest.objects.filter(pk__in=wanted)}
    for event in decided:
        service_request = found.get(event.data["ticket"])
        if service_request is None:
            continue
        if event.data["purpose"] == PURPOSE:
            approval = Approval.objects.get(pk=event.data["approval"])
            actions.heard(
                service_request=service_request, approval=approval, word=WORDS[event.name]
            )
        else:
            _note_word(service_request, event)


def _note_word(service_request: ServiceRequest, event: Event) -> None:
    held = service_request.lock()
    position = event.data["purpose"].removeprefix("step-")
    step = Step.objects.filter(
        service_request=held.pk,
        is_undo=False,
        position=int(position) if position.isdecimal() else -1,
        state=StepState.OUTSIDE,
    ).first()
    if step is None:
        return
    if event.name == "approval.granted":
        finish(held, step, evidence={"approval": event.data["approval"]}, actor=_actor(event))
    else:
        give_up(held, step, _("It was not agreed to."), actor=_actor(event))


@on("service_request.task_moved", moment=Moment.INSIDE)
def note_tasks(moved: list[Event]) -> None:
    """A task that is over ends its step."""
    for event in moved:
        actions.note_task(
            service_request=_request(event.subject_id),
            task_id=event.data["task"],
            actor=_actor(event),
        )


@on("service_request.approved", moment=Moment.AFTER)
def begin(event: Event) -> None:
    """Begin the work, if what would be done is still what was agreed to."""
    actions.begin(service_request=_request(event.subject_id))


@on(
    *("service_request.started", "service_request.resumed", "service_request.repaired"),
    *("service_request.step_finished", "service_request.step_failed"),
    *("service_request.canceled", "service_request.abandoned", "service_request.reclaimed"),
    moment=Moment.AFTER,
)
def advance(event: Event) -> None:
    """Take what steps can be taken now."""
    actions.advance(pk=event.subject_id)


@on("run.finished", moment=Moment.AFTER)
def note_run(event: Event) -> None:
    """A runbook that ran for a step is over."""
    pk = actions.note_run(
        key=event.data["key"],
        outcome=event.data["outcome"],
        run=event.data["run"],
        why=event.data["why"],
    )
    if pk is not None:
        actions.advance(pk=pk)


def _request(pk: int) -> ServiceRequest:
    wanted = ServiceRequest.objects.select_related(
        "item__owner_team", "item__category", "version_of_item", "caller", "opened_by"
    )
    found: ServiceRequest = wanted.get(pk=pk)
    return found


def _actor(event: Event) -> User:
    return event.actor if isinstance(event.actor, User) else system_user()
