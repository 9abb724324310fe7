"""Templates of changes in the API: what each has earned, and deciding on what is proposed."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from changes import actions, records
from changes.models import ChangeTemplate
from itsm.core.fields import Line
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import Column, Row, Shape, flag, maybe, number, text
from itsm.core.rest.views import Collection


def _finish(rows: list[Row], user: Any) -> None:
    found = records.visible_templates(user).filter(slug__in=[row["slug"] for row in rows])
    templates = list(found)
    reports = records.reports_of(templates)
    by_slug = {each.slug: reports[each.pk] for each in templates}
    for row in rows:
        report = by_slug[row["slug"]]
        row["good_runs"] = report.good_runs
        row["record"] = None if report.record is None else round(report.record, 2)
        row["rating"] = report.rating
        row["is_proposed"] = report.proposal is not None


TEMPLATE = Shape(
    "ChangeTemplate",
    (
        Column("slug", text()),
        Column("name", text()),
        Column("owner_team", maybe(text()), "owner_team__slug"),
        Column("standing", text(enum=list(ChangeTemplate.Standing.values))),
        Column("good_runs_wanted", number()),
        Column("good_runs", number(), None),
        Column("record", {"type": ["number", "null"]}, None),
        Column("rating", text(enum=["", "low", "medium", "high", "excellent"]), None),
        Column("is_proposed", flag(), None),
    ),
    finish=_finish,
)


class TemplateCollection(Collection):
    """What changes are made from, and what each has earned by how they went."""

    collection = "change-templates"
    shape = TEMPLATE
    needs = "tickets.view_all"
    orderings: ClassVar[dict[str, Sequence[str]]] = {"name": ("name", "id")}
    default_ordering = "name"

    @operation("get", "", _l("List templates"), gives=TEMPLATE, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, records.visible_templates(request.user))

    @operation("get", "<slug:slug>/", _l("Show one template"), gives=TEMPLATE)
    def retrieve(self, request: Asked, slug: str) -> Response:
        return self._shown(request, slug)

    @operation(
        "post",
        "<slug:slug>/confirm/",
        _l("Let its changes need no leave, as it has earned"),
        takes=(),
        gives=TEMPLATE,
        refuses=(404, 409),
    )
    def confirm(self, request: Asked, slug: str) -> Response:
        self.given(request)
        proposal = records.open_proposal(records.template_for(request.user, slug))
        actions.confirm_template(proposal=proposal, actor=request.user)
        return self._shown(request, slug)

    @operation(
        "post",
        "<slug:slug>/decline/",
        _l("Let its changes go on asking for leave"),
        takes=(Line(name="comment", label=_l("Why"), max_length=500),),
        gives=TEMPLATE,
        refuses=(404, 409),
    )
    def decline(self, request: Asked, slug: str) -> Response:
        given = self.given(request)
        proposal = records.open_proposal(records.template_for(request.user, slug))
        actions.decline_template(proposal=proposal, actor=request.user, **given)
        return self._shown(request, slug)

    def _shown(self, request: Asked, slug: str) -> Response:
        return self.one(request, records.visible_templates(request.user).filter(slug=slug))
