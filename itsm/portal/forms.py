"""What end users are asked when they report an issue: four things, one of them needed."""

from itsm.tickets.fields import Choice, Field, Line
from itsm.tickets.forms import ServiceName

REPORT: tuple[Field, ...] = (
    Line(name="title", required=True, max_length=250),
    Field(name="details", max_length=20_000),
    ServiceName(name="service"),
    Choice(name="urgency", required=True, choices=(("1", ""), ("2", ""), ("3", ""))),
)
