"""What staff are asked of a new improvement."""

from django.utils.translation import gettext_lazy as _l

from itsm.tickets.fields import Choice, Field, Line, Person, TicketNumber
from itsm.tickets.forms import Tags
from problems.improvements.models import Origin

IDEA: tuple[Field, ...] = (
    Line(name="title", label=_l("What is to get better"), required=True),
    Field(name="hypothesis", label=_l("What is to be done, and why it should help")),
    Choice(name="origin", label=_l("Where the idea came from"), required=True,
           choices=Origin.choices),
    TicketNumber(name="came_from", label=_l("Record it came from")),
    Person(name="assignee", label=_l("Owner")),
    Tags(name="tags", label=_l("Tags"), help=_l("With commas between them.")),
)  # fmt: skip
