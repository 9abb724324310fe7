"""What staff are asked of a problem."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.tickets.fields import Choice, Field, Line, Person, TicketNumber
from itsm.tickets.forms import Level3, Offered, ServiceName, Tags
from problems.models import Origin
from problems.selectors import categories


@dataclass(frozen=True, kw_only=True)
class Category(Offered):
    """A sort of cause, by its short name."""

    max_length: int = 60

    def offered(self) -> list[tuple[str, Any]]:
        return list(categories().values_list("slug", "name"))

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        slug = super().parse(raw)
        found = categories().filter(slug=slug).first()
        if found is None:
            raise self.wrong(_("There is no such sort of cause."))
        return found


REPORT: tuple[Field, ...] = (
    Line(name="title", label=_l("What keeps happening"), required=True),
    Field(name="description", label=_l("What is known")),
    Field(name="symptoms", label=_l("Symptoms: how one knows it again")),
    TicketNumber(name="incident", label=_l("Incident that made you ask")),
    Choice(name="origin", label=_l("What made you ask"), required=True, choices=Origin.choices),
    ServiceName(name="service", label=_l("Service")),
    Level3(name="impact", label=_l("Impact"), required=True),
    Level3(name="urgency", label=_l("Urgency"), required=True),
    Person(name="assignee", label=_l("Coordinator")),
    Tags(name="tags", label=_l("Tags"), help=_l("With commas between them.")),
)
FINDINGS: tuple[Field, ...] = (
    Field(name="symptoms", label=_l("Symptoms: how one knows it again")),
    Field(name="cause", label=_l("Root cause"), max_length=50_000),
    Category(name="cause_category", label=_l("Sort of cause")),
    Field(name="workaround", label=_l("What helps meanwhile, for agents")),
)
