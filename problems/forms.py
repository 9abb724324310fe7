"""What staff are asked of a problem."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.fields import Number
from itsm.inventory.fields import ServiceName
from itsm.tickets.fields import Choice, Day, Field, Flag, Instant, Line, Person, TicketNumber
from itsm.tickets.forms import Level3, Offered, Tags
from problems.fault_tree import DEEPEST
from problems.models import ActionKind, Category, Gate, Method, Origin, Standing
from problems.selectors import categories


@dataclass(frozen=True, kw_only=True)
class SortOfCause(Offered):
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
    Field(name="symptoms", label=_l("Symptoms")),
    TicketNumber(name="incident", label=_l("Incident that made you ask")),
    Choice(name="origin", label=_l("What made you ask"), required=True, choices=Origin.choices),
    ServiceName(name="service", label=_l("Service")),
    Level3(name="impact", label=_l("Impact"), required=True),
    Level3(name="urgency", label=_l("Urgency"), required=True),
    Person(name="assignee", label=_l("Coordinator")),
    Tags(name="tags", label=_l("Tags"), help=_l("With commas between them.")),
)
FINDINGS: tuple[Field, ...] = (
    Field(name="symptoms", label=_l("Symptoms")),
    Field(name="cause", label=_l("Root cause"), max_length=50_000),
    SortOfCause(name="cause_category", label=_l("Kind of cause")),
    Field(name="workaround", label=_l("Workaround, for agents")),
    Flag(name="major", label=_l("A major problem: it is reviewed before it is closed")),
)

_STANDING = Choice(name="standing", label=_l("Verdict"), choices=Standing.choices)
# What a row of each method is made of.
ROWS: dict[str, tuple[Field, ...]] = {
    Method.WHYS: (
        Field(name="label", label=_l("Because"), required=True, max_length=500),
        Field(name="text", label=_l("How we know"), max_length=5_000),
        _STANDING,
    ),
    Method.TIMELINE: (
        Instant(name="happened_at", label=_l("When"), required=True),
        Line(name="label", label=_l("What happened"), required=True, max_length=500),
        Field(name="text", label=_l("How we know"), max_length=5_000),
    ),
    Method.ISHIKAWA: (
        Choice(name="category", label=_l("Category"), required=True, choices=Category.choices),
        Line(name="label", label=_l("Possible cause"), required=True, max_length=500),
        Field(name="text", label=_l("What speaks for it, and against it"), max_length=5_000),
        _STANDING,
    ),
    Method.COMPARISON: (
        Line(name="label", label=_l("What is compared"), required=True, max_length=500),
        Field(name="other", label=_l("When it worked"), max_length=5_000),
        Field(name="text", label=_l("When it failed"), max_length=5_000),
        _STANDING,
    ),
    Method.FAULT_TREE: (
        Number(name="depth", label=_l("Step"), required=True, least=1, most=DEEPEST),
        Line(name="label", label=_l("What may have failed"), required=True, max_length=500),
        Choice(name="gate", label=_l("It takes"), choices=Gate.choices),
        Field(name="text", label=_l("What speaks for it, and against it"), max_length=5_000),
        _STANDING,
    ),
}
REVIEW: tuple[Field, ...] = (
    Field(name="summary", label=_l("What happened")),
    Field(name="went_well", label=_l("What went well")),
    Field(name="went_wrong", label=_l("What went wrong")),
    Field(name="lessons", label=_l("What is learned")),
    Day(name="held_on", label=_l("Held on"), help=_l("The review counts from then.")),
)
ACTION: tuple[Field, ...] = (
    Line(name="title", label=_l("What is to be done"), required=True),
    Choice(name="kind", label=_l("What for"), required=True, choices=ActionKind.choices),
    Person(name="owner", label=_l("Who sees to it")),
    Day(name="due_on", label=_l("Until when")),
)
