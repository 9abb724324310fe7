"""The tasks of requests, and what a finished one means to its step."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import User
from itsm.tickets.actions.tasks import set_task
from itsm.tickets.models import Task, TaskState
from itsm.tickets.permissions import may_work
from requests.actions.fulfilling import finish, give_up
from requests.models import ServiceRequest, Step, StepState

WORDS = (TaskState.DONE, TaskState.INCOMPLETE, TaskState.SKIPPED, TaskState.IN_PROGRESS)


@transaction.atomic
def finish_task(*, task: Task, actor: User, state: str = TaskState.DONE, result: str = "") -> Task:
    """Say how far a task is; when it is over, its step is, and the request goes on."""
    held = ServiceRequest.objects.get(pk=task.ticket_id).lock()
    if not may_work(actor, held, "requests.work"):
        raise NotAllowed(_("You may not work on %(number)s.") % {"number": held.number})
    if state not in WORDS:
        raise Invalid(_("Choose one of %(known)s.") % {"known": ", ".join(WORDS)}, field="state")
    if state == TaskState.INCOMPLETE and not result.strip():
        raise Invalid(_("Say why it could not be done."), field="result")
    now = Task.objects.get(pk=task.pk)
    if not now.is_open():
        raise Refused(_("This is over already: %(state)s.") % {"state": now.get_state_display()})
    more = {"assignee": now.assignee or actor}
    return set_task(
        task=task, ticket=held, actor=actor, state=state, result=result.strip()[:10_000], **more
    )


def note_task(*, service_request: ServiceRequest, task_id: int, actor: User) -> None:
    """Let the step of a task that is over be over too."""
    held = service_request.lock()
    step = Step.objects.filter(task=task_id, state=StepState.OUTSIDE).select_related("task").first()
    if step is None or step.task is None or step.task.is_open():
        return
    task = step.task
    evidence = {"by": actor.username, "result": task.result, "task": task.pk}
    if task.state == TaskState.INCOMPLETE:
        give_up(held, step, task.result or task.get_state_display(), actor=actor)
    elif task.state == TaskState.SKIPPED:
        finish(held, step, evidence=evidence, state=StepState.SKIPPED, actor=actor)
    elif task.state == TaskState.DONE:
        finish(held, step, evidence=evidence, actor=actor)
    ServiceRequest.objects.filter(pk=held.pk).update(look_at=timezone.now())
