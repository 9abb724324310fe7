"""Whom an outage hits, and what everybody is told of it."""

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import Affected, Incident, OutageUpdate
from itsm.core import events
from itsm.core.errors import NotAllowed, Refused
from itsm.people.models import User
from itsm.tickets.fields import Field
from itsm.tickets.permissions import may_work

BODY = Field(name="body", required=True, max_length=2_000)


@transaction.atomic
def join_outage(*, incident: Incident, actor: User) -> None:
    """Count somebody among those an outage hits; saying it twice changes nothing."""
    _made, is_new = Affected.objects.get_or_create(incident=incident, user=actor)
    if is_new:
        events.publish(
            "incident.affected_joined", incident, actor=actor, data={"count": _count(incident)}
        )


@transaction.atomic
def leave_outage(*, incident: Incident, actor: User) -> None:
    """Take somebody off the list of those an outage hits."""
    if Affected.objects.filter(incident=incident, user=actor).delete()[0]:
        events.publish(
            "incident.affected_departed", incident, actor=actor, data={"count": _count(incident)}
        )


@transaction.atomic
def tell_everybody(*, incident: Incident, actor: User, body: str) -> OutageUpdate:
    """Tell everybody how an outage stands; that alone makes it known in the portal."""
    if not may_work(actor, incident, "incidents.work"):
        raise NotAllowed(_("You may not tell people of %(n)s.") % {"n": incident.number})
    text = str(BODY.clean(body))
    locked = incident.lock()
    if locked.confidential:
        raise Refused(_("%(n)s is confidential; nobody is told of it.") % {"n": locked.number})
    if locked.service is None:
        raise Refused(_("Say first which service it is about."))
    said = OutageUpdate.objects.create(incident=locked, author=actor, body=text)
    data = {"update": said.pk, "body": text}
    events.publish("incident.outage_updated", locked, actor=actor, data=data, public=True)
    return said


def _count(incident: Incident) -> int:
    return Affected.objects.filter(incident=incident).count()
