"""What staff are asked when they open an incident."""

from django.utils.translation import gettext_lazy as _l

from itsm.inventory.fields import ServiceName
from itsm.people.fields import Anybody
from itsm.tickets.fields import Field, Line, Person
from itsm.tickets.forms import Level3, Tags

REPORT: tuple[Field, ...] = (
    Line(name="title", label=_l("What is wrong"), required=True),
    Field(name="description", label=_l("What is known")),
    ServiceName(name="service", label=_l("Service")),
    Anybody(name="caller", label=_l("Who called")),
    Level3(name="impact", label=_l("Impact"), required=True),
    Level3(name="urgency", label=_l("Urgency"), required=True),
    Person(name="assignee", label=_l("Assignee")),
    Tags(name="tags", label=_l("Tags"), help=_l("With commas between them.")),
)
