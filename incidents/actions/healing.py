"""What runs of runbooks come to for incidents."""

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.actions.correlating import resolve_if_clear
from incidents.actions.ending import resolve
from incidents.actions.opening import Report, open_incident
from incidents.models import Detection, Incident, ResolutionCode
from incidents.selectors import firing_alerts_of
from itsm.automation.models import Breaker, Run
from itsm.people.selectors import system_user
from itsm.tickets.models import OPEN_PHASES, Channel, Ticket

# Fewer healthy samples in a row prove nothing.
SAMPLES = 3


@transaction.atomic
def heal(*, run: Run) -> None:
    """Resolve the incident a run has been seen to heal, unless something of it still fires."""
    if run.ticket_id is None or run.healthy < SAMPLES:
        return
    incident = Incident(pk=run.ticket_id).lock()
    if not incident.is_open() or firing_alerts_of(incident).exists():
        return
    told = {"runbook": run.runbook, "target": run.target, "count": run.healthy}
    notes = _("%(runbook)s on %(target)s: %(count)d healthy samples in a row.") % told
    resolve(incident, actor=system_user(), code=ResolutionCode.SELF_HEALED, notes=notes)


def look_whether_clear(*, run: Run) -> None:
    """While a run was at work nobody resolved its incident by itself; now that is made up for."""
    if run.ticket_id is not None and Incident.objects.filter(pk=run.ticket_id).exists():
        resolve_if_clear(run.ticket_id, at=None, actor=system_user())


@transaction.atomic
def open_for_breaker(*, breaker: Breaker, run: Run) -> None:
    """Have people look at what no longer heals: in the incident there is, or in one of its own."""
    ticket, is_for_all = run.ticket, breaker.runbook_id is None
    if not is_for_all and ticket is not None and ticket.kind == "incident" and ticket.is_open():
        return  # it has been written there that the run did not help
    key = f"breaker:{breaker.pk}"
    if Ticket.objects.filter(correlation_key=key, phase__in=OPEN_PHASES).exists():
        return
    title = _("%(runbook)s no longer heals") % {"runbook": breaker}
    report = Report(
        title=_("Nothing is healed by itself any more: it has failed all over the fleet")
        if is_for_all
        else title,
        description=run.why,
        service=None if is_for_all else run.service,
        source=Channel.MONITORING,
        detection=Detection.ALERT,
        correlation_key=key,
    )
    open_incident(report=report, actor=system_user())
