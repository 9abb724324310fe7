"""Problems in the API."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import Invalid, NotFound
from itsm.core.fields import Choice, Field, Flag, Line, Lines, Number
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
from itsm.tickets.api.belongings import PAGED
from itsm.tickets.api.shapes import HEAD, MORE, PEOPLE, TAIL, URGENCY, put_addresses, put_names
from itsm.tickets.fields import TicketNumber
from itsm.tickets.models import Channel, Task, TaskState, Ticket
from itsm.tickets.selectors import ticket_for
from itsm.tickets.task_selectors import task_of, tasks_of
from problems import actions, selectors
from problems.actions.tasks import OF_PROBLEMS, STATES
from problems.filters import ProblemFilters
from problems.forms import SortOfCause
from problems.known_errors import visible_matches
from problems.looking_api import LookingForTheCause
from problems.models import Origin, Problem, ResolutionCode

PEOPLE_NAMED = ("caller", "assignee", "opened_by", "workaround_verified_by")


def _finish(rows: list[Row], user: User) -> None:
    put_addresses(rows, user, kind="problem")
    put_names(rows, people=PEOPLE_NAMED)


PROBLEM = Shape(
    "ProblemRecord",
    (
        *HEAD,
        Column("origin", text(enum=list(Origin.values))),
        *URGENCY,
        Column("configuration_items", several(text()), "pk"),
        *PEOPLE,
        Column("symptoms", text()),
        Column("major", flag()),
        Column("cause", text()),
        Column("cause_category", maybe(text()), "cause_category__slug"),
        Column("workaround", text()),
        Column("caller_summary", text()),
        Column("caller_advice", text()),
        Column("known_error_at", maybe(instant())),
        Column("cause_published_at", maybe(instant())),
        Column("workaround_published_at", maybe(instant())),
        Column("workaround_verified_by", maybe(text()), "workaround_verified_by_id"),
        Column("workaround_successes", number()),
        Column("workaround_failures", number()),
        Column("workaround_last_used_at", maybe(instant())),
        Column("open_incidents", number()),
        Column("minutes_lost", number()),
        Column("recurrences", number()),
        Column("resolution_code", text(enum=["", *ResolutionCode.values])),
        Column("fix_notes", text()),
        Column("no_change_reason", text()),
        Column("cancel_reason", text()),
        Column("observe_until", maybe(instant())),
        Column("risk_reason", text()),
        Column("risk_expires_on", maybe(text(format="date"))),
        Column("resolved_at", maybe(instant())),
        Column("closed_at", maybe(instant())),
        *TAIL,
        *MORE,
    ),
    hidden=("id",),
    finish=_finish,
)
LINKED = Shape(
    "LinkedIncident",
    (
        Column("number", text()),
        Column("title", text()),
        Column("state", text()),
        Column("priority", number()),
        Column("opened_at", instant()),
        Column("resolved_at", maybe(instant())),
    ),
)
MATCH = Shape(
    "KnownErrorMatch",
    (
        Column("problem", text(), "problem__number"),
        Column("title", text(), "problem__title"),
        Column("score", number()),
        Column("reasons", several(mapping())),
        Column("workaround", text(), "problem__workaround"),
        Column("workaround_published_at", maybe(instant()), "problem__workaround_published_at"),
        Column("workaround_successes", number(), "problem__workaround_successes"),
        Column("workaround_failures", number(), "problem__workaround_failures"),
    ),
)
TASK = Shape(
    "ProblemTask",
    (
        Column("id", number()),
        Column("sort", text(enum=list(OF_PROBLEMS))),
        Column("title", text()),
        Column("assignee", maybe(text()), "assignee__username"),
        Column("state", text(enum=list(TaskState.values))),
        Column("result", text()),
    ),
)


def _levels(*, required: bool) -> tuple[Field, ...]:
    return tuple(
        Number(name=each, label=_l("1 high to 3 low"), least=1, most=3, required=required)
        for each in ("impact", "urgency")
    )


TITLE = Line(name="title", label=_l("What keeps happening, in a few words"), required=True)
SHARED: tuple[Field, ...] = (
    Field(name="description", max_length=100_000),
    Field(name="symptoms"),
    Field(name="cause", max_length=50_000),
    Field(name="workaround"),
    Line(name="caller_summary", max_length=120),
    Field(name="caller_advice", max_length=5_000),
    SortOfCause(name="cause_category", label=_l("Short name of the sort of cause")),
    ServiceName(name="service", label=_l("Name of the service"), max_length=120),
    ComponentNames(name="configuration_items", label=_l("Names of configuration items")),
    Lines(name="tags"),
    Flag(name="major", label=_l("It is reviewed before it is closed")),
    Flag(name="confidential", label=_l("Only for those concerned")),
)


class ProblemCollection(LookingForTheCause):
    """Why incidents keep happening."""

    collection = "problems"
    kind = "problem"
    model = Problem
    shape = PROBLEM
    needs = "tickets.view_all"
    filterset = ProblemFilters
    opening: ClassVar[Sequence[Field]] = (
        TITLE,
        *_levels(required=False),
        *SHARED,
        Choice(name="origin", label=_l("What made somebody ask"), choices=Origin.choices),
        Person(name="assignee", label=_l("User name of who coordinates it")),
        TeamName(name="team", label=_l("Short name of the team")),
        Choice(name="source", label=_l("How it came"), choices=Channel.choices),
        Lines(name="incidents", label=_l("Numbers of its incidents"), max_length=20, most=50),
    )
    editing: ClassVar[Sequence[Field]] = (
        TITLE,
        *_levels(required=True),
        *SHARED,
        Choice(name="origin", choices=Origin.choices, required=True),
    )

    def references(self) -> Mapping[str, type[Ticket]]:
        return {}

    def open(self, request: Asked, values: dict[str, Any]) -> Ticket:
        given = {name: value for name, value in values.items() if value not in (None, "")}
        numbers = given.pop("incidents", ())
        given["incidents"] = [self._incident(request, each, "incidents") for each in numbers]
        report = actions.Report(**given | {"source": given.get("source") or Channel.API})
        return actions.open_problem(report=report, actor=request.user)

    @operation(
        "get",
        "<str:number>/incidents/",
        _l("List its incidents"),
        gives=LINKED,
        many=PAGE,
        parameters=PAGED,
    )
    def incidents(self, request: Asked, number: str) -> Response:
        found = selectors.visible_incidents_of(request.user, self.ticket(request, number))
        return self.page(
            request, found, shape=LINKED, orderings={"number": ("id",)}, default="-number"
        )

    @operation(
        "post",
        "<str:number>/incidents/",
        _l("Say that an incident comes from it"),
        takes=(TicketNumber(name="incident", required=True),),
        gives=PROBLEM,
        refuses=(409,),
    )
    def link_incident(self, request: Asked, number: str) -> Response:
        problem = self.ticket(request, number)
        incident = self._incident(request, self.given(request)["incident"], "incident")
        linked = actions.link_incident(problem=problem, incident=incident, actor=request.user)
        return self.shown(request, linked)

    @operation(
        "delete",
        "<str:number>/incidents/<str:incident>/",
        _l("Say that an incident does not come from it"),
        status=204,
        refuses=(409,),
    )
    def unlink_incident(self, request: Asked, number: str, incident: str) -> Response:
        problem = self.ticket(request, number)
        linked = selectors.visible_incidents_of(request.user, problem)
        found = linked.filter(number=incident.upper()).first()
        if found is None:
            raise NotFound(_("There is no such incident of it."))
        actions.unlink_incident(problem=problem, incident=found, actor=request.user)
        return Response(status=204)

    @operation(
        "get",
        "matching/<str:incident>/",
        _l("List the known errors that may be behind an incident, the best first"),
        gives=MATCH,
        many=LIST,
    )
    def matching(self, request: Asked, incident: str) -> Response:
        found = ticket_for(request.user, incident)
        return Response(MATCH.read(visible_matches(request.user, found), request.user)[0])

    @operation(
        "post",
        "<str:number>/tried/",
        _l("Say whether the workaround helped"),
        takes=(
            Flag(name="worked", required=True),
            TicketNumber(name="incident", label=_l("Number of the incident it was tried for")),
        ),
        gives=PROBLEM,
        refuses=(409,),
    )
    def tried(self, request: Asked, number: str) -> Response:
        problem, given = self.ticket(request, number), self.given(request)
        named = given["incident"]
        incident = self._incident(request, named, "incident") if named else None
        said = actions.say_worked(
            problem=problem, actor=request.user, worked=given["worked"], incident=incident
        )
        return self.shown(request, said)

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
            Choice(name="sort", choices=[(each, each.label) for each in OF_PROBLEMS]),
            TeamName(name="team", label=_l("Short name of the team")),
            Person(name="assignee", label=_l("User name of who does it")),
        ),
        gives=TASK,
        status=201,
        refuses=(409,),
    )
    def add_task(self, request: Asked, number: str) -> Response:
        problem = self.ticket(request, number)
        given = {name: each for name, each in self.given(request).items() if each}
        task = actions.add_task(problem=problem, actor=request.user, **given)
        return self._task(request, task, status=201)

    @operation(
        "patch",
        "<str:number>/tasks/<int:task_id>/",
        _l("Say how far a task is"),
        takes=(
            Choice(name="state", required=True, choices=[(each, each.label) for each in STATES]),
            Field(name="result", label=_l("What came of it"), max_length=10_000),
        ),
        gives=TASK,
        refuses=(409,),
    )
    def move_task(self, request: Asked, number: str, task_id: int) -> Response:
        task = task_of(self.ticket(request, number), task_id)
        actions.finish_task(task=task, actor=request.user, **self.given(request))
        return self._task(request, task, status=200)

    def _task(self, request: Asked, task: Task, *, status: int) -> Response:
        found = tasks_of(task.ticket).filter(pk=task.pk)
        return Response(TASK.one(found, request.user), status)

    def _incident(self, request: Asked, number: str, field: str) -> Ticket:
        try:
            found: Ticket = ticket_for(request.user, number)
        except NotFound as missing:
            raise Invalid(str(missing), field=field) from None
        return found
