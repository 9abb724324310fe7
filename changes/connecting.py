"""Pipelines in the API."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from changes import actions, selectors
from changes.models import Environment, Pipeline
from changes.pipelines import pipelines
from itsm.core.errors import Invalid, NotFound
from itsm.core.fields import Choice, Field, Flag, Line, Lines, Number
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import (
    Column,
    Row,
    Shape,
    address,
    flag,
    instant,
    maybe,
    number,
    several,
    text,
)
from itsm.core.rest.views import Collection
from itsm.inventory.fields import ServiceName
from itsm.people.models import User

LENGTHS = ("window", "answer_within")
LONGEST = 30 * 24 * 3600


def _finish(rows: list[Row], _user: User) -> None:
    for row in rows:
        row["url"] = f"{settings.BASE_URL}/hooks/{row['slug']}/"
        for name in LENGTHS:
            row[name] = int(row[name].total_seconds())


PIPELINE = Shape(
    "Pipeline",
    (
        Column("name", text()),
        Column("slug", text()),
        Column("kind", text()),
        Column("url", address(), None),
        Column("is_active", flag()),
        Column("service", maybe(text()), "service__name"),
        Column("environment", text(enum=list(Environment.values))),
        Column("template", maybe(text()), "template__slug"),
        Column("window", number()),
        Column("opens_on_deployment", flag()),
        Column("opens_on_merge", flag()),
        Column("branch", text()),
        Column("moves_changes", flag()),
        Column("failures_open_incidents", flag()),
        Column("required_evidence", several(text())),
        Column("answer_hosts", several(text())),
        Column("answer_within", number()),
        Column("header_name", text()),
        Column("bot", text(), "bot__username"),
        Column("last_heard_at", maybe(instant())),
        Column("created_at", instant()),
    ),
    finish=_finish,
)
WITH_TOKEN = Shape(
    "PipelineWithToken", (*PIPELINE.columns, Column("token", text(), None)), finish=_finish
)


def rules() -> tuple[Field, ...]:
    """What may be said of a pipeline besides its kind."""
    return (
        Line(name="secret", label=_l("Secret for signatures; never shown"), max_length=200),
        Line(name="header_name", label=_l("Header with the token"), max_length=60),
        ServiceName(name="service", label=_l("Name of the service"), max_length=120),
        Choice(name="environment", choices=Environment.choices),
        Line(name="template", label=_l("Short name of its changes' template"), max_length=60),
        Number(name="window", label=_l("seconds"), least=60, most=LONGEST),
        Flag(name="opens_on_deployment", default=True),
        Flag(name="opens_on_merge"),
        Line(name="branch", max_length=200),
        Flag(name="moves_changes", default=True),
        Flag(name="failures_open_incidents"),
        Lines(name="required_evidence", label=_l("Kinds of evidence the gate asks for")),
        Lines(name="answer_hosts", label=_l("Hosts that may be answered"), max_length=250),
        Line(name="answer_token", label=_l("Token for answers; never shown"), max_length=1000),
        Number(name="answer_within", label=_l("seconds"), least=60, most=LONGEST),
        Flag(name="is_active", default=True),
    )


def connecting(_view: Any) -> Sequence[Field]:
    """What one says to let a tool tell of deliveries."""
    kinds = [(each, each) for each in pipelines]
    return (
        Line(name="name", required=True, max_length=80),
        Choice(name="kind", label=_l("Kind of tool"), required=True, choices=kinds),
        *rules(),
    )


class PipelineCollection(Collection):
    """The tools that build and deliver."""

    collection = "pipelines"
    shape = PIPELINE
    needs = "tickets.view_all"
    orderings: ClassVar[dict[str, Sequence[str]]] = {"name": ("name", "id")}
    default_ordering = "name"

    @operation("get", "", _l("List pipelines"), gives=PIPELINE, many=PAGE,
               parameters=parameters_of)  # fmt: skip
    def list(self, request: Asked) -> Response:
        return self.page(request, selectors.visible_pipelines(request.user))

    @operation(
        "post",
        "",
        _l("Let a tool tell of deliveries; its token is shown this once"),
        takes=connecting,
        gives=WITH_TOKEN,
        status=201,
        secrets=("token",),
    )
    def create(self, request: Asked) -> Response:
        given = self.body(request)
        values = {name: each for name, each in self.given(request).items() if name in given}
        kind, name = values.pop("kind"), values.pop("name")
        pipeline, token = actions.connect_pipeline(
            kind=kind, name=name, actor=request.user, settings=_settings(values)
        )
        return self._with_token(request, pipeline, token, status=201)

    @operation("get", "<slug:slug>/", _l("Show one pipeline"), gives=PIPELINE)
    def retrieve(self, request: Asked, slug: str) -> Response:
        return self.one(request, selectors.visible_pipelines(request.user).filter(slug=slug))

    @operation("patch", "<slug:slug>/", _l("Change the rules of a pipeline"), takes=rules(),
               gives=PIPELINE)  # fmt: skip
    def change(self, request: Asked, slug: str) -> Response:
        pipeline = self._pipeline(request, slug)
        values = _settings(self.given(request, partly=True))
        actions.set_up_pipeline(pipeline=pipeline, actor=request.user, settings=values)
        return self.one(request, selectors.visible_pipelines(request.user).filter(slug=slug))

    @operation(
        "post",
        "<slug:slug>/rotate/",
        _l("Give it a new token, shown this once"),
        takes=(),
        gives=WITH_TOKEN,
        secrets=("token",),
    )
    def rotate(self, request: Asked, slug: str) -> Response:
        self.given(request)
        pipeline = self._pipeline(request, slug)
        token = actions.rotate_pipeline_token(pipeline=pipeline, actor=request.user)
        return self._with_token(request, pipeline, token, status=200)

    def _pipeline(self, request: Asked, slug: str) -> Pipeline:
        pipeline = selectors.visible_pipelines(request.user).filter(slug=slug).first()
        if pipeline is None:
            raise NotFound(_("There is no such pipeline."))
        return pipeline

    def _with_token(
        self, request: Asked, pipeline: Pipeline, token: str, *, status: int
    ) -> Response:
        found = selectors.visible_pipelines(request.user).filter(pk=pipeline.pk)
        return Response({**PIPELINE.one(found, request.user), "token": token}, status)


def _settings(values: dict[str, Any]) -> dict[str, Any]:
    """The values as the pipeline keeps them: lengths of time, and the template itself."""
    for name in LENGTHS:
        if name in values:
            if values[name] is None:
                raise Invalid(_("Fill in this field."), field=name)
            values[name] = timedelta(seconds=values[name])
    if slug := values.get("template"):
        values["template"] = selectors.template_named(slug)
    elif "template" in values:
        values["template"] = None
    if values.get("environment") == "":
        raise Invalid(_("Fill in this field."), field="environment")
    return values
