"""Runbooks in the API."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.automation import actions
from itsm.automation.models import Runbook
from itsm.automation.runbook_fields import FACTS, SECRET, SLUG, TEXT
from itsm.automation.selectors import runbooks as selectors
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import LIST, PAGE, operation
from itsm.core.rest.shapes import Column, Row, Shape, flag, instant, maybe, number, text
from itsm.core.rest.versions import tagged, version_seen
from itsm.core.rest.views import Collection
from itsm.tickets.api.belongings import PAGED


def _finish(rows: list[Row], _user: Any) -> None:
    newest = selectors.newest_versions([row["id"] for row in rows])
    for row in rows:
        version = newest.get(row["id"])
        row["version"] = version.number if version else None
        row["text"] = version.text if version else ""
        row["cooldown"] = int(row["cooldown"].total_seconds() // 60)


RUNBOOK = Shape(
    "Runbook",
    (
        Column("id", number()),
        Column("slug", text()),
        Column("name", text()),
        Column("description", text()),
        Column("owner_team", maybe(text()), "owner_team__slug"),
        Column("policy", text(enum=list(Runbook.Policy.values))),
        Column("cooldown", number()),
        Column("needs_approval", flag()),
        Column("is_mutating", flag()),
        Column("is_active", flag()),
        Column("revision", number()),
        Column("version", maybe(number()), None),
        Column("text", text(), None),
    ),
    finish=_finish,
)
VERSION = Shape(
    "RunbookVersion",
    (
        Column("id", number()),
        Column("number", number()),
        Column("text", text()),
        Column("created_by", text(), "created_by__username"),
        Column("created_at", instant()),
    ),
)
SECRET_NAME = Shape(
    "RunbookSecret",
    (
        Column("name", text(), None),
        Column("set_by", text(), None),
        Column("set_at", instant(), None),
    ),
)


class RunbookCollection(Collection):
    """What can be run, and what it says."""

    collection = "runbooks"
    shape = RUNBOOK
    needs = "tickets.view_all"
    orderings: ClassVar[dict[str, Sequence[str]]] = {"name": ("name", "id")}
    default_ordering = "name"

    @operation("get", "", _l("List runbooks"), gives=RUNBOOK, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, selectors.visible_runbooks(request.user))

    @operation(
        "post", "", _l("Write a runbook"), takes=(SLUG, *FACTS, TEXT), gives=RUNBOOK, status=201
    )
    def create(self, request: Asked) -> Response:
        given = self.given(request)
        slug, said = given.pop("slug"), given.pop("text")
        actions.add_runbook(slug=slug, facts=given, text=said, actor=request.user)
        return self._shown(request, slug, status=201)

    @operation("get", "<slug:slug>/", _l("Show one runbook"), gives=RUNBOOK)
    def retrieve(self, request: Asked, slug: str) -> Response:
        return self._shown(request, slug)

    @operation(
        "patch",
        "<slug:slug>/",
        _l("Change it; another text is another version"),
        takes=(*FACTS, TEXT),
        gives=RUNBOOK,
        matches=True,
    )
    def change(self, request: Asked, slug: str) -> Response:
        given = self.given(request, partly=True)
        said = given.pop("text", None)
        runbook = selectors.runbook_for(request.user, slug)
        actions.change_runbook(
            runbook=runbook,
            facts=given,
            text=said,
            actor=request.user,
            expected_revision=version_seen(request, name=slug, version=runbook.revision),
        )
        return self._shown(request, slug)

    @operation(
        "get",
        "<slug:slug>/versions/",
        _l("List what it has said"),
        gives=VERSION,
        many=PAGE,
        parameters=PAGED,
    )
    def versions(self, request: Asked, slug: str) -> Response:
        runbook = selectors.runbook_for(request.user, slug)
        found = selectors.versions_of(runbook)
        orderings = {"number": ("number",)}
        return self.page(
            request, found.order_by(), shape=VERSION, orderings=orderings, default="-number"
        )

    @operation(
        "get",
        "<slug:slug>/secrets/",
        _l("List the names of its secrets"),
        gives=SECRET_NAME,
        many=LIST,
    )
    def secrets(self, request: Asked, slug: str) -> Response:
        return self._secrets(request, slug)

    @operation(
        "post",
        "<slug:slug>/secrets/",
        _l("Give it a secret, or another value to one it has"),
        takes=SECRET,
        gives=SECRET_NAME,
        many=LIST,
        secrets=("value",),
    )
    def set_secret(self, request: Asked, slug: str) -> Response:
        given = self.given(request)
        runbook = selectors.runbook_for(request.user, slug)
        actions.set_secret(runbook=runbook, actor=request.user, **given)
        return self._secrets(request, slug)

    @operation("delete", "<slug:slug>/secrets/<str:name>/", _l("Take a secret away"), status=204)
    def remove_secret(self, request: Asked, slug: str, name: str) -> Response:
        runbook = selectors.runbook_for(request.user, slug)
        actions.remove_secret(runbook=runbook, name=name, actor=request.user)
        return Response(status=204)

    def _secrets(self, request: Asked, slug: str) -> Response:
        runbook = selectors.runbook_for(request.user, slug)
        return Response(
            [
                {"name": each.name, "set_by": each.set_by.username, "set_at": each.set_at}
                for each in selectors.secret_names_of(runbook)
            ]
        )

    def _shown(self, request: Asked, slug: str, *, status: int = 200) -> Response:
        found = selectors.visible_runbooks(request.user).filter(slug=slug)
        row = self.shape.one(found, request.user)
        return tagged(row, name=slug, version=row["revision"], status=status)
