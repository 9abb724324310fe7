"""Changes in the API."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from changes import actions, selectors
from changes.actions.opening import Plan
from changes.actions.tasks import OF_CHANGES, STATES
from changes.filters import ChangeFilters
from changes.forms import PLANNED_TYPES
from changes.models import (
    Category,
    Change,
    ChangeType,
    CloseCode,
    Environment,
    Evidence,
    EvidenceKind,
    Outcome,
)
from itsm.core.fields import Choice, Field, Flag, Instant, Line, Lines, Mapped, Number
from itsm.core.rest.asking import Asked
from itsm.core.rest.operations import LIST, PAGE, operation
from itsm.core.rest.shapes import (
    Column,
    Row,
    Shape,
    flag,
    instant,
    mapping,
    maybe,
    number,
    several,
    text,
)
from itsm.inventory.fields import ComponentNames, ServiceName
from itsm.people.fields import Person, TeamName
from itsm.people.models import User
from itsm.tickets.api import TicketCollection
from itsm.tickets.api.belongings import PAGED
from itsm.tickets.api.shapes import HEAD, MORE, PEOPLE, TAIL, URGENCY, put_addresses, put_names
from itsm.tickets.models import Channel, Task, Ticket
from itsm.tickets.task_selectors import task_of, tasks_of

PEOPLE_NAMED = ("caller", "assignee", "opened_by")


def _finish(rows: list[Row], user: User) -> None:
    put_addresses(rows, user, kind="change")
    put_names(rows, people=PEOPLE_NAMED)


CHANGE = Shape(
    "Change",
    (
        *HEAD,
        Column("type", text(enum=list(ChangeType.values))),
        Column("category", text(enum=list(Category.values))),
        Column("environment", text(enum=list(Environment.values))),
        *URGENCY,
        Column("configuration_items", several(text()), "pk", internal=True),
        *PEOPLE,
        Column("reason", text()),
        Column("planned_start", maybe(instant())),
        Column("planned_end", maybe(instant())),
        Column("actual_start", maybe(instant())),
        Column("actual_end", maybe(instant())),
        Column("outage_expected", flag()),
        Column("implementation_plan", text(), internal=True),
        Column("test_plan", text(), internal=True),
        Column("backout_plan", text(), internal=True),
        Column("backout_tested", flag(), internal=True),
        Column("irreversible", flag(), internal=True),
        Column("answers", mapping(), internal=True),
        Column("risk_score", number(), internal=True),
        Column("risk_band", text(enum=["low", "moderate", "high", "very_high"]), internal=True),
        Column("risk_contributions", several(mapping()), internal=True),
        Column("artifact_digest", text(), internal=True),
        Column("on_hold", flag()),
        Column("hold_reason", text(), internal=True),
        Column("outcome", text(enum=["", *Outcome.values])),
        Column("close_code", text(enum=["", *CloseCode.values])),
        Column("close_notes", text(), internal=True),
        Column("review_notes", text(), internal=True),
        Column("watch_until", maybe(instant()), internal=True),
        Column("closed_at", maybe(instant())),
        *TAIL,
        *MORE,
    ),
    hidden=("id",),
    finish=_finish,
)
CONFLICT = Shape(
    "Conflict",
    (
        Column("sort", text()),
        Column("other", text()),
        Column("severity", text(enum=["block", "warn"])),
        Column("why", text()),
        Column("start", instant()),
        Column("end", instant()),
    ),
)
CONFLICTS = Shape(
    "Conflicts",
    (
        Column("conflicts", several(CONFLICT.schema())),
        Column("next_free_start", maybe(instant())),
        Column("next_free_end", maybe(instant())),
    ),
)
TASK = Shape(
    "ChangeTask",
    (
        Column("id", number()),
        Column("sort", text(enum=list(OF_CHANGES))),
        Column("title", text()),
        Column("assignee", maybe(text()), "assignee__username"),
        Column("planned_start", maybe(instant())),
        Column("planned_end", maybe(instant())),
        Column("state", text(enum=list(STATES))),
    ),
)

EVIDENCE = Shape(
    "Evidence",
    (
        Column("id", number()),
        Column("kind", text(enum=list(EvidenceKind.values))),
        Column("name", text()),
        Column("outcome", text(enum=list(Evidence.Outcome.values))),
        Column("facts", mapping()),
        Column("url", text()),
        Column("revision", text()),
        Column("artifact_digest", text()),
        Column("pipeline", maybe(text()), "pipeline__slug"),
        Column("happened_at", instant()),
    ),
)
IN_TIME = {"orderings": {"happened_at": ("happened_at", "id")}, "default": "happened_at"}
SHOWN: tuple[Field, ...] = (
    Line(
        name="delivery_id",
        label=_l("Your id of it; told again, it stays one result"),
        required=True,
        max_length=120,
    ),
    Choice(name="kind", required=True, choices=EvidenceKind.choices),
    Choice(name="outcome", choices=Evidence.Outcome.choices),
    Line(name="name", max_length=120),
    Mapped(name="facts", label=_l("Figures by name")),
    Line(name="url", max_length=500),
    Line(name="revision", max_length=128),
    Line(name="artifact_digest", max_length=128),
    Instant(name="happened_at"),
)

TITLE = Line(name="title", label=_l("What is changed, in a few words"), required=True)
EDITED: tuple[Field, ...] = (
    Field(name="description", max_length=100_000),
    Choice(name="type", choices=PLANNED_TYPES),
    Choice(name="category", choices=Category.choices),
    Choice(name="environment", choices=Environment.choices),
    ServiceName(name="service", label=_l("Name of the service"), max_length=120),
    ComponentNames(name="configuration_items", label=_l("Names of configuration items")),
    Field(name="reason"),
    Instant(name="planned_start"),
    Instant(name="planned_end"),
    Flag(name="outage_expected"),
    Field(name="implementation_plan", max_length=50_000),
    Field(name="test_plan", max_length=50_000),
    Field(name="backout_plan", max_length=50_000),
    Flag(name="backout_tested"),
    Flag(name="irreversible"),
    Mapped(name="answers", label=_l("Points by question")),
    Line(name="artifact_digest", max_length=128),
    Lines(name="tags"),
)


def _levels(*, required: bool) -> tuple[Field, ...]:
    return tuple(
        Number(name=each, label=_l("1 high to 3 low"), least=1, most=3, required=required)
        for each in ("impact", "urgency")
    )


class ChangeCollection(TicketCollection):
    """Something is altered, on purpose and in the open."""

    collection = "changes"
    kind = "change"
    model = Change
    shape = CHANGE
    needs = "tickets.view_all"
    filterset = ChangeFilters
    opening: ClassVar[Sequence[Field]] = (
        Line(
            name="title", label=_l("What is changed; needed without a template, which has its own")
        ),
        Line(name="template", label=_l("Short name of the template it is made from")),
        *_levels(required=False),
        *EDITED,
        Person(name="assignee", label=_l("User name of who carries it out")),
        TeamName(name="team", label=_l("Short name of the team")),
    )
    editing: ClassVar[Sequence[Field]] = (TITLE, *_levels(required=True), *EDITED)

    def references(self) -> Mapping[str, type[Ticket]]:
        return {}

    def open(self, request: Asked, values: dict[str, Any]) -> Ticket:
        given = {name: value for name, value in values.items() if value not in (None, "")}
        if slug := given.pop("template", ""):
            given["template_version"] = selectors.template_version(slug)
            given.setdefault("type", ChangeType.STANDARD.value)
        return actions.open_change(plan=Plan(**given, source=Channel.API), actor=request.user)

    @operation(
        "get",
        "<str:number>/conflicts/",
        _l("Say what is in its way, and when there is room"),
        gives=CONFLICTS,
    )
    def conflicts(self, request: Asked, number: str) -> Response:
        change = self.ticket(request, number)
        free = selectors.next_free_slot(change)
        told = selectors.conflicts_told_to(request.user, selectors.conflicts_for(change))
        return Response(
            {
                "conflicts": [vars(each) for each in told],
                "next_free_start": free.start if free else None,
                "next_free_end": free.end if free else None,
            }
        )

    @operation("get", "<str:number>/tasks/", _l("List its tasks"), gives=TASK, many=LIST)
    def tasks(self, request: Asked, number: str) -> Response:
        found = tasks_of(self.ticket(request, number))
        return Response(TASK.read(found, request.user)[0])

    @operation(
        "post",
        "<str:number>/tasks/",
        _l("Add a task"),
        takes=(
            Line(name="title", required=True),
            Choice(name="sort", choices=[(each, each.label) for each in OF_CHANGES]),
            Person(name="assignee", label=_l("User name of who does it")),
            Instant(name="planned_start"),
            Instant(name="planned_end"),
        ),
        gives=TASK,
        status=201,
        refuses=(409,),
    )
    def add_task(self, request: Asked, number: str) -> Response:
        change = self.ticket(request, number)
        given = {name: each for name, each in self.given(request).items() if each}
        task = actions.add_task(change=change, actor=request.user, **given)
        return self._task(request, task, status=201)

    @operation(
        "patch",
        "<str:number>/tasks/<int:task_id>/",
        _l("Say how far a task is"),
        takes=(
            Choice(name="state", required=True, choices=[(each, each.label) for each in STATES]),
        ),
        gives=TASK,
        refuses=(409,),
    )
    def move_task(self, request: Asked, number: str, task_id: int) -> Response:
        task = task_of(self.ticket(request, number), task_id)
        actions.finish_task(task=task, actor=request.user, **self.given(request))
        return self._task(request, task, status=200)

    @operation(
        "get",
        "<str:number>/evidence/",
        _l("List what pipelines showed of it"),
        gives=EVIDENCE,
        many=PAGE,
        parameters=PAGED,
    )
    def evidence(self, request: Asked, number: str) -> Response:
        found = selectors.evidence_on(self.ticket(request, number))
        return self.page(request, found, shape=EVIDENCE, **IN_TIME)

    @operation(
        "post",
        "<str:number>/evidence/",
        _l("Add a result of a pipeline; told again, it stays one"),
        takes=SHOWN,
        gives=EVIDENCE,
        status=201,
    )
    def add_evidence(self, request: Asked, number: str) -> Response:
        change, user = self.ticket(request, number), request.user
        given = {name: each for name, each in self.given(request).items() if each}
        # Of its own sort, so that one person's id never is another's, nor a pipeline's.
        given["delivery_id"] = f"api:{user.pk}:{change.pk}:{given['delivery_id']}"
        evidence = actions.add_evidence(finding=actions.Finding(**given), actor=user, change=change)
        found = selectors.evidence_on(change).filter(pk=evidence.pk)
        return Response(EVIDENCE.one(found, user), 201)

    def _task(self, request: Asked, task: Task, *, status: int) -> Response:
        found = tasks_of(task.ticket).filter(pk=task.pk)
        return Response(TASK.one(found, request.user), status)
