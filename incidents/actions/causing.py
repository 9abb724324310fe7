"""What an incident was caused by, as the room of changes has found out."""

from django.db import transaction

from incidents.models import Incident, Provenance
from itsm.core import events
from itsm.people.models import User
from itsm.tickets.workflow import diff, facts, save_change


@transaction.atomic
def note_cause(*, incident_id: int, change_id: int, actor: User) -> None:
    """Remember which change caused an incident, now that somebody has said so."""
    incident = Incident(pk=incident_id).lock()
    before = facts(incident)
    incident.caused_by_change_id = change_id
    incident.caused_by_provenance = Provenance.CONFIRMED
    save_change(incident)
    data = {"diff": diff(before, incident)}
    events.publish("incident.cause_confirmed", incident, actor=actor, data=data)


@transaction.atomic
def note_no_cause(*, incident_id: int, change_id: int, actor: User) -> None:
    """Forget a change that somebody says did not cause the incident."""
    incident = Incident(pk=incident_id).lock()
    if incident.caused_by_change_id not in (None, change_id):
        return
    before = facts(incident)
    incident.caused_by_change = None
    incident.caused_by_provenance = Provenance.REJECTED
    save_change(incident)
    data = {"diff": diff(before, incident), "change": change_id}
    events.publish("incident.cause_rejected", incident, actor=actor, data=data)
