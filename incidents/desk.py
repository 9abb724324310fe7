"""Where incidents are worked on."""

from django.utils.translation import gettext_lazy as _l

from incidents.models import Incident
from incidents.narrowing import IncidentQueueFilter
from itsm.tickets.desks import Desk, desks

desk = Desk(
    kind="incident",
    model=Incident,
    plural="incidents",
    title=_l("Incidents"),
    noun=_l("incident"),
    icon="siren",
    place=10,
    filters=IncidentQueueFilter,
    back={
        "acknowledge": "unacknowledge",
        "start": "unstart",
        "hold": "resume",
        "resolve": "reopen",
    },
)
desks.add("incident")(desk)
