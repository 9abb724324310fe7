"""Runs in the API: asking for them, answering them, and reading what they say."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.automation import actions
from itsm.automation.models import Breaker, Run, RunState, RunStep
from itsm.automation.runbook_fields import ASKED, COMMENT, PLAN, WHY
from itsm.automation.selectors import runs as selectors
from itsm.automation.selectors.runbooks import newest_version_of, runbook_for
from itsm.core.errors import Invalid, NotAllowed, NotFound
from itsm.core.fields import Flag
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import Column, Shape, flag, instant, mapping, maybe, number, text
from itsm.core.rest.views import Collection
from itsm.tickets.api.belongings import PAGED
from itsm.tickets.selectors import ticket_for

RUN = Shape(
    "Run",
    (
        Column("id", number()),
        Column("key", text()),
        Column("runbook", text(), "runbook__slug"),
        Column("version", number(), "version__number"),
        Column("origin", text(enum=list(Run.Origin.values))),
        Column("ticket", maybe(text()), "ticket__number"),
        Column("change", maybe(text()), "change__number"),
        Column("service", maybe(text()), "service__name"),
        Column("target", text()),
        Column("parameters", mapping()),
        Column("requested_by", text(), "requested_by__username"),
        Column("accepted_by", maybe(text()), "accepted_by__username"),
        Column("reason", text()),
        Column("state", text(enum=list(RunState.values))),
        Column("obstacle", text()),
        Column("waits_for", text(enum=["", "person", "approval", "word"])),
        Column("why", text()),
        Column("plan", text()),
        Column("plan_hash", text()),
        Column("healthy", number()),
        Column("samples_needed", number()),
        Column("proposed_at", instant()),
        Column("started_at", maybe(instant())),
        Column("ended_at", maybe(instant())),
    ),
)
STEP = Shape(
    "RunStep",
    (
        Column("id", number()),
        Column("part", text(enum=["steps", "rollback"])),
        Column("position", number()),
        Column("attempt", number()),
        Column("name", text()),
        Column("use", text()),
        Column("state", text(enum=list(RunStep.State.values))),
        Column("why", text()),
        Column("facts", mapping()),
        Column("begun_at", instant()),
        Column("ended_at", maybe(instant())),
    ),
)
LINE = Shape(
    "RunLine", (Column("id", number()), Column("text", text()), Column("said_at", instant()))
)
BREAKER = Shape(
    "Breaker",
    (
        Column("id", number()),
        Column("runbook", maybe(text()), "runbook__slug"),
        Column("target", text()),
        Column("state", text(enum=list(Breaker.State.values))),
        Column("opened_at", maybe(instant())),
        Column("until", maybe(instant())),
    ),
)
SWITCH = Shape(
    "KillSwitch",
    (
        Column("is_on", flag(), None),
        Column("pressed_by", maybe(text()), None),
        Column("pressed_at", maybe(instant()), None),
        Column("reason", text(), None),
    ),
)


class RunFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows runs."""

    state = django_filters.ChoiceFilter(choices=RunState.choices)
    runbook = django_filters.CharFilter(field_name="runbook__slug")
    ticket = django_filters.CharFilter(field_name="ticket__number")
    target = django_filters.CharFilter()

    class Meta:
        model = Run
        fields: ClassVar[list[str]] = []


class RunCollection(Collection):
    """What runbooks did, do and are asked to do."""

    collection = "runs"
    shape = RUN
    needs = "tickets.view_all"
    filterset = RunFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {"id": ("id",)}
    default_ordering = "-id"

    @operation("get", "", _l("List runs"), gives=RUN, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, selectors.visible_runs(request.user))

    @operation(
        "post",
        "",
        _l("Have a runbook run; once for each key"),
        takes=ASKED,
        gives=RUN,
        status=201,
        refuses=(404, 409),
    )
    def create(self, request: Asked) -> Response:
        given = self.given(request)
        if not request.user.has_perm("runbooks.run"):
            raise NotAllowed(_("You may not run runbooks."))
        try:
            runbook = runbook_for(request.user, given["runbook"])
            ticket = ticket_for(request.user, given["ticket"]) if given["ticket"] else None
        except NotFound as missing:
            raise Invalid(str(missing), field="runbook") from None
        run = actions.start_run(
            version=newest_version_of(runbook),
            parameters=given["parameters"],
            key=f"{request.user.username}:{given['key'] or uuid.uuid4()}"[:200],
            actor=request.user,
            ticket=ticket,
            origin=Run.Origin.PERSON,
            reason=given["reason"],
        )
        return self._shown(request, run.pk, status=201)

    @operation("get", "<int:run_id>/", _l("Show one run"), gives=RUN)
    def retrieve(self, request: Asked, run_id: int) -> Response:
        return self._shown(request, run_id)

    @operation(
        "get", "<int:run_id>/steps/", _l("List its steps"), gives=STEP, many=PAGE, parameters=PAGED
    )
    def steps(self, request: Asked, run_id: int) -> Response:
        run = selectors.run_for(request.user, run_id)
        return self.page(request, selectors.steps_of(run), shape=STEP, default="id")

    @operation(
        "get",
        "<int:run_id>/lines/",
        _l("Read what it says"),
        gives=LINE,
        many=PAGE,
        parameters=PAGED,
    )
    def lines(self, request: Asked, run_id: int) -> Response:
        run = selectors.run_for(request.user, run_id)
        found = selectors.lines_after(run, 0)
        return self.page(request, found, shape=LINE, default="id", is_endless=True)

    @operation(
        "post",
        "<int:run_id>/accept/",
        _l("Let a proposed run begin"),
        takes=(),
        gives=RUN,
        refuses=(409,),
    )
    def accept(self, request: Asked, run_id: int) -> Response:
        self.given(request)
        run = selectors.run_for(request.user, run_id)
        actions.accept_run(run=run, actor=request.user)
        return self._shown(request, run_id)

    @operation(
        "post",
        "<int:run_id>/skip/",
        _l("Say that it is not wanted"),
        takes=(WHY,),
        gives=RUN,
        refuses=(409,),
    )
    def skip(self, request: Asked, run_id: int) -> Response:
        why = self.given(request)["why"]
        run = selectors.run_for(request.user, run_id)
        actions.skip_run(run=run, actor=request.user, why=why)
        return self._shown(request, run_id)

    @operation(
        "post",
        "<int:run_id>/approve/",
        _l("Give leave for it, or for its step"),
        takes=(COMMENT, PLAN),
        gives=RUN,
        refuses=(409,),
    )
    def approve(self, request: Asked, run_id: int) -> Response:
        return self._voted(request, run_id, "approved")

    @operation(
        "post",
        "<int:run_id>/reject/",
        _l("Refuse leave for it"),
        takes=(COMMENT, PLAN),
        gives=RUN,
        refuses=(409,),
    )
    def reject(self, request: Asked, run_id: int) -> Response:
        return self._voted(request, run_id, "rejected")

    @operation(
        "post",
        "<int:run_id>/settle/",
        _l("Say whether a step took effect, or that a person's work is done"),
        takes=(Flag(name="is_done", label=_l("It took effect")), WHY),
        gives=RUN,
        refuses=(409,),
    )
    def settle(self, request: Asked, run_id: int) -> Response:
        given = self.given(request)
        run = selectors.run_for(request.user, run_id)
        actions.settle_run(run=run, actor=request.user, **given)
        return self._shown(request, run_id)

    @operation("post", "<int:run_id>/abort/", _l("Stop it"), takes=(), gives=RUN, refuses=(409,))
    def abort(self, request: Asked, run_id: int) -> Response:
        self.given(request)
        actions.abort_run(run=selectors.run_for(request.user, run_id), actor=request.user)
        return self._shown(request, run_id)

    def _voted(self, request: Asked, run_id: int, word: str) -> Response:
        given = self.given(request)
        run = selectors.run_for(request.user, run_id)
        actions.approve_run(run=run, actor=request.user, word=word, **given)
        return self._shown(request, run_id)

    def _shown(self, request: Asked, run_id: int, *, status: int = 200) -> Response:
        found = selectors.visible_runs(request.user).filter(pk=run_id)
        return self.one(request, found, status=status)


class BreakerCollection(Collection):
    """What keeps runbooks from being run that have failed too often."""

    collection = "breakers"
    shape = BREAKER
    needs = "tickets.view_all"
    orderings: ClassVar[dict[str, Sequence[str]]] = {"id": ("id",)}
    default_ordering = "-id"

    @operation(
        "get",
        "",
        _l("List the breakers that are not closed"),
        gives=BREAKER,
        many=PAGE,
        parameters=parameters_of,
    )
    def list(self, request: Asked) -> Response:
        return self.page(request, selectors.not_closed_breakers().order_by())


class SwitchCollection(Collection):
    """The one switch that stops every run."""

    collection = "kill-switch"
    shape = SWITCH
    needs = "tickets.view_all"

    @operation("get", "", _l("Show how it stands"), gives=SWITCH)
    def show(self, request: Asked) -> Response:
        return Response(_switch())

    @operation("post", "press/", _l("Stop everything"), takes=(WHY,), gives=SWITCH)
    def press(self, request: Asked) -> Response:
        actions.stop_everything(actor=request.user, reason=self.given(request)["why"])
        return Response(_switch())

    @operation(
        "post", "release/", _l("Let runs begin again"), takes=(), gives=SWITCH, refuses=(409,)
    )
    def release(self, request: Asked) -> Response:
        self.given(request)
        actions.let_go_on(actor=request.user)
        return Response(_switch())


def _switch() -> dict[str, Any]:
    switch = selectors.switch()
    return {
        "is_on": switch.is_on,
        "pressed_by": switch.pressed_by.username if switch.pressed_by else None,
        "pressed_at": switch.pressed_at,
        "reason": switch.reason,
    }
