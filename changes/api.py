"""Changes in the API."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from changes import actions, selectors
from changes.actions.opening import Plan
from changes.filters import ChangeFilters
from changes.forms import PLANNED_TYPES
from changes.gate import Verdict
from changes.gathering import decision_for
from changes.models import (
    Category,
    Change,
    ChangeTask,
    ChangeType,
    CloseCode,
    Environment,
    Outcome,
    TaskSort,
    TaskState,
)
from itsm.core.errors import NotFound
from itsm.core.fields import Choice, Field, Flag, Instant, Line, Lines, Mapped, Number
from itsm.core.rest.asking import Asked
from itsm.core.rest.operations import LIST, operation
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
from itsm.core.rest.views import Collection
from itsm.inventory.fields import ComponentNames, ServiceName
from itsm.people.fields import Person, TeamName
from itsm.people.models import User
from itsm.tickets.api import TicketCollection
from itsm.tickets.api.shapes import HEAD, MORE, PEOPLE, TAIL, URGENCY, put_addresses, put_names
from itsm.tickets.fields import TicketNumber
from itsm.tickets.models import Channel, Ticket

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
GATE = Shape(
    "GateDecision",
    (
        Column("change", text()),
        Column("verdict", text(enum=[each.word for each in Verdict])),
        Column("rules", several(mapping())),
        Column("leaves", several(text())),
        Column("retry_at", maybe(instant())),
        Column("inputs_hash", text()),
        Column("policy_version", text()),
    ),
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
        Column("sort", text(enum=list(TaskSort.values))),
        Column("title", text()),
        Column("assignee", maybe(text()), "assignee__username"),
        Column("planned_start", maybe(instant())),
        Column("planned_end", maybe(instant())),
        Column("state", text(enum=list(TaskState.values))),
    ),
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
        TITLE,
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
        return Response(
            {
                "conflicts": [vars(each) for each in selectors.conflicts_for(change)],
                "next_free_start": free.start if free else None,
                "next_free_end": free.end if free else None,
            }
        )

    @operation("get", "<str:number>/tasks/", _l("List its tasks"), gives=TASK, many=LIST)
    def tasks(self, request: Asked, number: str) -> Response:
        found = selectors.tasks_of(self.ticket(request, number))
        return Response(TASK.read(found, request.user)[0])

    @operation(
        "post",
        "<str:number>/tasks/",
        _l("Add a task"),
        takes=(
            Line(name="title", required=True),
            Choice(name="sort", choices=TaskSort.choices),
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
        takes=(Choice(name="state", required=True, choices=TaskState.choices),),
        gives=TASK,
        refuses=(409,),
    )
    def move_task(self, request: Asked, number: str, task_id: int) -> Response:
        change = self.ticket(request, number)
        task = selectors.tasks_of(change).filter(pk=task_id).first()
        if task is None:
            raise NotFound(_("There is no such task."))
        actions.finish_task(task=task, actor=request.user, **self.given(request))
        return self._task(request, task, status=200)

    def _task(self, request: Asked, task: ChangeTask, *, status: int) -> Response:
        found = selectors.tasks_of(task.change).filter(pk=task.pk)
        return Response(TASK.one(found, request.user), status)


class GateCollection(Collection):
    """May this change go out now? Every rule answers, and the strictest one wins."""

    collection = "gate"
    shape = GATE
    needs = "changes.work"

    @operation(
        "post",
        "",
        _l("Ask whether a change may go out now"),
        takes=(TicketNumber(name="change", label=_l("Number of the change"), required=True),),
        gives=GATE,
        refuses=(404,),
    )
    def decide(self, request: Asked) -> Response:
        change = selectors.change_for(request.user, self.given(request)["change"])
        decision = decision_for(change, now=timezone.now())
        return Response(
            {
                "change": change.number,
                "verdict": decision.verdict.word,
                "rules": [
                    {
                        "id": each.rule,
                        "verdict": each.verdict.word,
                        "why": each.said.why,
                        "facts": dict(each.said.facts),
                    }
                    for each in decision.rulings
                ],
                "leaves": decision.leaves,
                "retry_at": decision.retry_at,
                "inputs_hash": decision.inputs_hash,
                "policy_version": decision.policy_version,
            }
        )
