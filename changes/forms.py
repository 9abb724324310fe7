"""What staff are asked when they plan a change."""

from django.utils.translation import gettext_lazy as _l

from changes.models import Category, ChangeType, Environment
from itsm.inventory.fields import ComponentNames
from itsm.tickets.fields import Choice, Field, Flag, Instant, Line, Person
from itsm.tickets.forms import ServiceName, Tags

# An unauthorised change is found, not planned.
PLANNED_TYPES = [each for each in ChangeType.choices if each[0] != ChangeType.UNAUTHORISED]
PLAN: tuple[Field, ...] = (
    Line(name="title", label=_l("What is changed"), required=True),
    Choice(name="type", label=_l("Type"), required=True, choices=PLANNED_TYPES),
    Choice(name="category", label=_l("Category"), required=True, choices=Category.choices),
    Choice(name="environment", label=_l("Environment"), required=True, choices=Environment.choices),
    ServiceName(name="service", label=_l("Service")),
    ComponentNames(
        name="configuration_items", label=_l("Components"), help=_l("With commas between them.")
    ),
    Field(name="reason", label=_l("Why it is changed")),
    Instant(name="planned_start", label=_l("Planned start")),
    Instant(name="planned_end", label=_l("Planned end")),
    Field(name="implementation_plan", label=_l("How it is done"), max_length=50_000),
    Field(name="test_plan", label=_l("How it is tested"), max_length=50_000),
    Field(name="backout_plan", label=_l("How it is taken back"), max_length=50_000),
    Flag(name="backout_tested", label=_l("Taking it back was tried")),
    Flag(name="outage_expected", label=_l("An outage is expected")),
    Flag(name="irreversible", label=_l("Data are moved, or it cannot be undone")),
    Person(name="assignee", label=_l("Who carries it out")),
    Tags(name="tags", label=_l("Tags"), help=_l("With commas between them.")),
)
