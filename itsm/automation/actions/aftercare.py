"""What is owed after a run is over: nobody is asked any more, and whoever must know is told."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.approvals import actions as approvals
from itsm.approvals.models import Approval
from itsm.automation.actions.telling import tell
from itsm.automation.models import NOT_VERIFIED, Run
from itsm.automation.selectors import runs as selectors
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.actions import comment
from itsm.tickets.models import Ticket

WORDS_SHOWN = 20


def void_leave(*, run_id: int, actor: User) -> None:
    """Ask nobody any more for leave of a run."""
    run = Run.objects.select_related("ticket").get(pk=run_id)
    if run.ticket is None:
        return
    asked = Approval.objects.filter(
        ticket=run.ticket_id, purpose__startswith=f"run-{run.pk}", state=Approval.State.REQUESTED
    )
    mine = {f"run-{run.pk}", f"run-{run.pk}-{run.position}"}
    if purposes := mine & set(asked.values_list("purpose", flat=True)):
        approvals.void(ticket=run.ticket, actor=actor, purposes=purposes)


@transaction.atomic
def escalate_run(*, run_id: int) -> None:
    """Write on the record of a run that it did not help, once, so that its people hear of it."""
    run = Run.objects.select_related("runbook", "ticket").get(pk=run_id)
    if run.ticket is None or run.state not in NOT_VERIFIED:
        return
    # The ticket is taken before the run, as everywhere.
    ticket: Ticket = run.ticket.lock()
    if not Run.objects.filter(pk=run_id, escalated_at=None).update(escalated_at=timezone.now()):
        return
    bot = system_user()
    said = _("%(runbook)s did not help on %(target)s: %(why)s")
    told = {"runbook": run.runbook, "target": run.target, "why": run.why}
    log = "\n".join(f"    {each}" for each in selectors.last_words_of(run, most=WORDS_SHOWN))
    comment(
        ticket=ticket,
        actor=bot,
        body=f"{said % told}\n\n{log}".strip(),
        public=False,
        within="escalate",
    )
    tell(run, "escalated", actor=bot, why=run.why)
