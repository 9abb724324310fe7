"""Incidents of what fails while it is built or delivered."""

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.actions.opening import Report, open_incident
from incidents.models import Detection, Incident
from itsm.inventory.models import Service
from itsm.people.models import User
from itsm.tickets.models import OPEN_PHASES, Channel


@transaction.atomic
def open_for_pipeline(
    *,
    pipeline_id: int,
    pipeline: str,
    what: str,
    service_id: int | None,
    description: str,
    actor: User,
) -> Incident | None:
    """Open an incident of a failure, unless the last one of the same is still open."""
    key = f"pipeline:{pipeline_id}:{what}"[:200]
    if Incident.objects.filter(correlation_key=key, phase__in=OPEN_PHASES).exists():
        return None
    report = Report(
        title=_("%(pipeline)s: %(what)s failed") % {"pipeline": pipeline, "what": what},
        description=description,
        service=Service.objects.filter(pk=service_id).first() if service_id else None,
        source=Channel.API,
        detection=Detection.ALERT,
        correlation_key=key,
    )
    return open_incident(report=report, actor=actor)
