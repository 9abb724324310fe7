"""How the cause of a problem is looked for, and what is learned from it, in the API."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import Invalid, NotFound
from itsm.core.fields import Choice, Line, Number, Rows, cleaned
from itsm.core.rest.asking import Asked
from itsm.core.rest.operations import LIST, operation
from itsm.core.rest.shapes import Column, Shape, instant, maybe, number, text
from itsm.core.rest.versions import tag
from itsm.tickets.api import TicketCollection
from itsm.tickets.api.versions import expected_version
from problems import actions, selectors
from problems.actions.analysing import MOST_ROWS
from problems.actions.reviewing import BY_PEOPLE
from problems.forms import ACTION, REVIEW, ROWS
from problems.models import ActionKind, ActionState, Gate, Method, Problem, Standing

FINDING = Shape(
    "AnalysisRow",
    (
        Column("method", text(enum=list(Method.values))),
        Column("label", text()),
        Column("text", text()),
        Column("other", text()),
        Column("category", text()),
        Column("standing", text(enum=list(Standing.values))),
        Column("happened_at", maybe(instant())),
        Column("depth", number()),
        Column("gate", text(enum=list(Gate.values))),
        Column("author", maybe(text()), "author__username"),
    ),
)
ACTION_SHAPE = Shape(
    "ReviewAction",
    (
        Column("id", number()),
        Column("title", text()),
        Column("kind", text(enum=list(ActionKind.values))),
        Column("owner", maybe(text()), "owner__username"),
        Column("due_on", maybe(text(format="date"))),
        Column("state", text(enum=list(ActionState.values))),
        Column("reason", text()),
        Column("opened_at", instant()),
        Column("closed_at", maybe(instant())),
    ),
)
REVIEW_SHAPE = Shape(
    "ProblemReview",
    (
        *(Column(name, text()) for name in ("summary", "went_well", "went_wrong", "lessons")),
        Column("held_on", maybe(text(format="date"))),
        Column("written_by", maybe(text()), "written_by__username"),
        Column("written_at", instant()),
    ),
)
MOVED = (
    Choice(
        name="state",
        required=True,
        choices=[(each.value, each.label) for each in BY_PEOPLE],
    ),
    Line(name="reason", label=_l("Why it will not be done"), max_length=500),
)


class LookingForTheCause(TicketCollection):
    """The analysis of a problem by its methods, its review, and the actions of that."""

    @operation(
        "get", "<str:number>/analysis/", _l("List how its cause was looked for"), gives=FINDING,
        many=LIST,
    )  # fmt: skip
    def analysis(self, request: Asked, number: str) -> Response:
        return self._rows(request, self.ticket(request, number))

    @operation(
        "get", "<str:number>/actions/", _l("List the actions of its review"), gives=ACTION_SHAPE,
        many=LIST,
    )  # fmt: skip
    def actions(self, request: Asked, number: str) -> Response:
        found = selectors.actions_of(self.ticket(request, number))
        return Response(ACTION_SHAPE.read(found, request.user)[0])

    @operation(
        "post",
        "<str:number>/actions/",
        _l("Add an action to its review"),
        takes=ACTION,
        gives=ACTION_SHAPE,
        status=201,
        refuses=(409,),
    )
    def add_action(self, request: Asked, number: str) -> Response:
        problem, given = self.ticket(request, number), self.given(request)
        made = actions.add_action(problem=problem, actor=request.user, **given)
        found = selectors.actions_of(problem).filter(pk=made.pk)
        return Response(ACTION_SHAPE.one(found, request.user), 201)

    @operation(
        "post",
        "<str:number>/analysis/<str:method>/",
        _l("Keep these rows of a method instead of those there are"),
        takes=(Rows(name="rows", label=_l("What each method's rows are made of"), most=MOST_ROWS),),
        gives=FINDING,
        many=LIST,
        matches=True,
        refuses=(409,),
    )
    def analyse(self, request: Asked, number: str, method: str) -> Response:
        problem = self.ticket(request, number)
        if method not in Method.values:
            raise NotFound(_("There is no such method."))
        rows = self.given(request)["rows"]
        values = [_row(method, place, each) for place, each in enumerate(rows)]
        kept = actions.write_analysis(
            problem=problem,
            method=method,
            rows=values,
            actor=request.user,
            expected_version=expected_version(request, problem),
        )
        return self._rows(request, kept)

    @operation(
        "post",
        "<str:number>/causes/",
        _l("Take a likely cause of the evidence over into the analysis"),
        takes=(
            Number(name="pack", label=_l("The pack of evidence"), required=True, least=1),
            Line(name="component", label=_l("What it blames"), required=True),
        ),
        gives=FINDING,
        many=LIST,
        matches=True,
        refuses=(409,),
    )
    def take_cause(self, request: Asked, number: str) -> Response:
        problem = self.ticket(request, number)
        kept = actions.take_cause(
            problem=problem,
            actor=request.user,
            expected_version=expected_version(request, problem),
            **self.given(request),
        )
        return self._rows(request, kept)

    @operation("get", "<str:number>/review/", _l("Read its review"), gives=REVIEW_SHAPE)
    def review(self, request: Asked, number: str) -> Response:
        return self._review(request, self.ticket(request, number))

    @operation(
        "post",
        "<str:number>/review/",
        _l("Write down what is learned from it"),
        takes=REVIEW,
        gives=REVIEW_SHAPE,
        refuses=(409,),
    )
    def write_review(self, request: Asked, number: str) -> Response:
        problem, words = self.ticket(request, number), self.given(request, partly=True)
        actions.write_review(problem=problem, actor=request.user, words=words)
        return self._review(request, problem)

    @operation(
        "patch",
        "<str:number>/actions/<int:action_id>/",
        _l("Say how far an action is"),
        takes=MOVED,
        gives=ACTION_SHAPE,
        refuses=(409,),
    )
    def move_action(self, request: Asked, number: str, action_id: int) -> Response:
        found = selectors.actions_of(self.ticket(request, number)).filter(pk=action_id)
        action = found.first()
        if action is None:
            raise NotFound(_("There is no such action."))
        actions.move_action(action=action, actor=request.user, **self.given(request))
        return Response(ACTION_SHAPE.one(found, request.user))

    def _rows(self, request: Asked, problem: Problem) -> Response:
        """Its rows, with the version of the problem they are of."""
        found = selectors.findings_of(problem)
        rows, seen = FINDING.read(found, request.user)[0], tag(problem.number, problem.version)
        return Response(rows, headers={"ETag": seen})

    def _review(self, request: Asked, problem: Problem) -> Response:
        found = selectors.reviews_of(problem)
        if not found.exists():
            raise NotFound(_("Nobody has written a review yet."))
        return Response(REVIEW_SHAPE.one(found, request.user))


def _row(method: str, place: int, given: dict[str, Any]) -> dict[str, Any]:
    """The clean values of a row; Invalid tells which row is wrong."""
    try:
        return cleaned(ROWS[method], given)
    except Invalid as refusal:
        words = f"rows[{place}].{refusal.field}: {refusal}"
        raise Invalid(words, field="rows") from None
