"""The tools that post to us in the API, of whatever sort."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import NotFound
from itsm.core.fields import Choice, Field, Line
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.pages import Orderings
from itsm.core.rest.shapes import Column, Row, Shape, address, flag, instant, maybe, text
from itsm.core.rest.views import Collection
from itsm.monitoring.actions import Toolbox
from itsm.people.models import User

SHOWN_FIRST = (
    Column("name", text()),
    Column("slug", text()),
    Column("kind", text()),
    Column("url", address(), None),
    Column("is_active", flag()),
)
SHOWN_LAST = (
    Column("header_name", text()),
    Column("bot", text(), "bot__username"),
    Column("last_heard_at", maybe(instant())),
    Column("created_at", instant()),
)


def shape_of(name: str, *columns: Column) -> Shape:
    """What the API shows of one sort of tools: lengths of time are told in seconds."""

    def finish(rows: list[Row], _user: User) -> None:
        for row in rows:
            row["url"] = f"{settings.BASE_URL}/hooks/{row['slug']}/"
            lengths = {key: each for key, each in row.items() if isinstance(each, timedelta)}
            row.update({key: int(each.total_seconds()) for key, each in lengths.items()})

    return Shape(name, (*SHOWN_FIRST, *columns, *SHOWN_LAST), finish=finish)


def with_token(shape: Shape) -> Shape:
    """The same, with the token that is shown once."""
    columns = (*shape.columns, Column("token", text(), None))
    return Shape(f"{shape.name}WithToken", columns, finish=shape.finish)


def _rules(view: Any) -> Sequence[Field]:
    found: Sequence[Field] = view.rules
    return found


def _connecting(view: Any) -> Sequence[Field]:
    kinds = [(each, each) for each in view.box.kinds]
    return (
        Line(name="name", required=True, max_length=80),
        Choice(name="kind", label=_l("Kind of tool"), required=True, choices=kinds),
        *view.rules,
    )


def _shape(view: Any) -> Shape:
    found: Shape = view.shape
    return found


def _with_token(view: Any) -> Shape:
    found: Shape = view.shape_with_token
    return found


class ToolCollection(Collection):
    """The tools of one sort that post to us."""

    needs = "tickets.view_all"
    orderings: ClassVar[Orderings] = {"name": ("name", "id")}
    default_ordering = "name"
    shape_with_token: ClassVar[Shape]
    box: ClassVar[Toolbox[Any]]
    rules: ClassVar[Sequence[Field]]  # what may be said of one besides its name and kind

    @operation("get", "", _l("List tools"), gives=_shape, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, self.visible(request.user))

    @operation(
        "post",
        "",
        _l("Let a tool post; its token is shown this once"),
        takes=_connecting,
        gives=_with_token,
        status=201,
        secrets=("token",),
    )
    def create(self, request: Asked) -> Response:
        given = self.body(request)
        values = {name: each for name, each in self.given(request).items() if name in given}
        kind, name = values.pop("kind"), values.pop("name")
        tool, token = self.box.connect(
            kind=kind, name=name, actor=request.user, settings=self.kept(values)
        )
        return self._with_token(request, tool.slug, token, status=201)

    @operation("get", "<slug:slug>/", _l("Show one tool"), gives=_shape)
    def retrieve(self, request: Asked, slug: str) -> Response:
        return self.one(request, self.visible(request.user).filter(slug=slug))

    @operation("patch", "<slug:slug>/", _l("Change the rules of a tool"), takes=_rules,
               gives=_shape)  # fmt: skip
    def change(self, request: Asked, slug: str) -> Response:
        tool = self._tool(request, slug)
        values = self.kept(self.given(request, partly=True))
        self.box.set_up(tool=tool, actor=request.user, settings=values)
        return self.one(request, self.visible(request.user).filter(slug=slug))

    @operation(
        "post",
        "<slug:slug>/rotate/",
        _l("Give it a new token, shown this once"),
        takes=(),
        gives=_with_token,
        secrets=("token",),
    )
    def rotate(self, request: Asked, slug: str) -> Response:
        self.given(request)
        token = self.box.rotate(tool=self._tool(request, slug), actor=request.user)
        return self._with_token(request, slug, token, status=200)

    def visible(self, user: User) -> QuerySet[Any]:
        """The tools this person may see."""
        raise NotImplementedError

    def kept(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values as the tool keeps them; Invalid names what is wrong."""
        return values

    def _tool(self, request: Asked, slug: str) -> Any:
        tool = self.visible(request.user).filter(slug=slug).first()
        if tool is None:
            raise NotFound(_("There is no such tool."))
        return tool

    def _with_token(self, request: Asked, slug: str, token: str, *, status: int) -> Response:
        found = self.visible(request.user).filter(slug=slug)
        return Response({**self.shape.one(found, request.user), "token": token}, status)
