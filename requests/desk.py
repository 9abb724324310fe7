"""Where service requests are worked on."""

from django.utils.translation import gettext_lazy as _l

from itsm.tickets.desks import Desk, desks
from requests.models import ServiceRequest
from requests.narrowing import RequestQueueFilter
from requests.questions import TOLD

desk = Desk(
    kind="service_request",
    model=ServiceRequest,
    plural="requests",
    title=_l("Service requests"),
    noun=_l("service request"),
    icon="package",
    place=20,
    styles=("css/changes.css", "css/requests.css"),
    filters=RequestQueueFilter,
    usual=("number", "caller", "state", "assignee", "opened"),
    questions=TOLD,
    back={"hold": "resume"},
)
desks.add("service_request")(desk)
