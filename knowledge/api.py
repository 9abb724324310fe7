"""Articles in the API."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import Invalid, NotFound
from itsm.core.fields import Choice, Field, Flag
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import LIST, PAGE, operation
from itsm.core.rest.shapes import Column, Row, Shape, address, instant, maybe, number, text
from itsm.core.rest.views import Collection
from itsm.tickets.fields import TicketNumber
from itsm.tickets.selectors import ticket_for
from knowledge import actions, selectors
from knowledge.actions.using import SAID
from knowledge.actions.writing import ABOUT, LANGUAGE, WORDS
from knowledge.filters import ArticleFilters
from knowledge.models import LIVE, Article, Audience, Kind, State, UseSort, Version
from knowledge.workflow import MOVES


def _finish(rows: list[Row], user: Any) -> None:
    votes = selectors.votes_by_key([row["_id"] for row in rows])
    base = "/knowledge/" if user.is_staffer else "/portal/knowledge/"
    for row in rows:
        row["helpful"], row["not_helpful"] = votes.get(row["_id"], (0, 0))
        row["url"] = f"{settings.BASE_URL}{base}{row['number']}/?language={row['language']}"


ARTICLE = Shape(
    "Article",
    (
        Column("number", text(), "article__number"),
        Column("language", text(enum=[code for code, _name in settings.LANGUAGES])),
        Column("version", number(), "number"),
        Column("kind", text(enum=list(Kind.values)), "article__kind"),
        Column("state", text(enum=list(State.values))),
        Column("title", text()),
        Column("summary", text()),
        Column("keywords", text()),
        Column("body", text()),
        Column("audience", text(enum=list(Audience.values))),
        Column("owner_team", text(), "article__owner_team__slug", internal=True),
        Column("service", maybe(text()), "article__service__name"),
        Column("author", text(), "author__username", internal=True),
        Column("note", text()),
        Column("saved_at", instant()),
        Column("publish_at", maybe(instant())),
        Column("published_at", maybe(instant())),
        Column("valid_to", maybe(instant())),
        Column("review_due_at", maybe(instant())),
        Column("stale_because", text(), internal=True),
        Column("helpful", number(), None),
        Column("not_helpful", number(), None),
        Column("url", address(), None),
    ),
    hidden=("id",),
    finish=_finish,
)
USE = Shape(
    "ArticleUse",
    (
        Column("ticket", text(), "ticket__number"),
        Column("title", text(), "ticket__title"),
        Column("sort", text(enum=list(UseSort.values))),
        Column("user", text(), "user__username"),
        Column("used_at", instant()),
    ),
)
IN = {"language": {"type": "string", "description": "The language; the reader's when left out."}}
USED = (
    TicketNumber(name="ticket", label=_l("Number of the record"), required=True),
    Choice(name="sort", label=_l("What it is to the article"), choices=UseSort.choices),
)


class ArticleCollection(Collection):
    """What there is to know: end users see what is published for everybody, staff everything."""

    collection = "articles"
    shape = ARTICLE
    filterset = ArticleFilters
    orderings: ClassVar[Mapping[str, Sequence[str]]] = {"id": ("id",)}
    default_ordering = "-id"
    verb: str = ""

    @operation("get", "", _l("List articles"), gives=ARTICLE, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        found = selectors.visible_versions(request.user)
        if "state" not in request.query_params:
            found = found.filter(state__in=LIVE)
        return self.page(request, found)

    @operation(
        "post",
        "",
        _l("Write an article"),
        takes=(*WORDS, *ABOUT, LANGUAGE),
        gives=ARTICLE,
        status=201,
        refuses=(409,),
    )
    def create(self, request: Asked) -> Response:
        version = actions.write_article(given=self.body(request), actor=request.user)
        return self._shown(request, version, status=201)

    @operation("get", "<str:number>/", _l("Show what is read of one"), gives=ARTICLE, parameters=IN)
    def retrieve(self, request: Asked, number: str) -> Response:
        article = self._article(request, number)
        return self._shown(request, self._version(request, article, request.query_params))

    @operation(
        "patch",
        "<str:number>/",
        _l("Save the draft, or begin the next version"),
        takes=(*WORDS, *ABOUT, LANGUAGE),
        gives=ARTICLE,
        refuses=(409,),
    )
    def change(self, request: Asked, number: str) -> Response:
        article = self._article(request, number)
        given = dict(self.body(request))
        language = given.pop("language", "") or self._version(request, article, {}).language
        version = actions.save_article(
            article=article, language=language, given=given, actor=request.user
        )
        return self._shown(request, version)

    @operation(
        "get",
        "<str:number>/versions/",
        _l("List its versions, the newest first"),
        gives=ARTICLE,
        many=PAGE,
        parameters=parameters_of,
    )
    def versions(self, request: Asked, number: str) -> Response:
        article = self._article(request, number)
        return self.page(request, selectors.visible_versions(request.user).filter(article=article))

    @operation(
        "post",
        "<str:number>/rate/",
        _l("Say whether it helped"),
        takes=(Flag(name="helpful", required=True), SAID[1], LANGUAGE),
        gives=ARTICLE,
        refuses=(409,),
    )
    def rate(self, request: Asked, number: str) -> Response:
        values = self.given(request)
        version = self._version(request, self._article(request, number), values)
        values.pop("language")
        actions.rate_article(version=version, actor=request.user, **values)
        return self._shown(request, version)

    @operation(
        "get", "<str:number>/uses/", _l("List the records it has to do with"), gives=USE, many=LIST
    )
    def uses(self, request: Asked, number: str) -> Response:
        found = selectors.visible_uses(request.user, self._article(request, number))
        found = found[: selectors.MOST_USES]
        return Response(USE.read(found, request.user)[0])

    @operation(
        "post",
        "<str:number>/uses/",
        _l("Say that it helped with a record, or tells of it"),
        takes=USED,
        gives=USE,
        status=201,
        refuses=(409,),
    )
    def use(self, request: Asked, number: str) -> Response:
        article, values = self._article(request, number), self.given(request)
        try:
            ticket = ticket_for(request.user, values["ticket"])
        except NotFound as missing:
            raise Invalid(str(missing), field="ticket") from None
        use = actions.use_article(
            article=article,
            ticket=ticket,
            actor=request.user,
            sort=values["sort"] or UseSort.USED.value,
        )
        found = selectors.visible_uses(request.user, article).filter(pk=use.pk)
        return Response(USE.one(found, request.user), 201)

    def move(self, request: Asked, number: str) -> Response:
        """Make the move of this address."""
        values = self.given(request)
        version = self._version(request, self._article(request, number), values, is_moved=True)
        values.pop("language")
        moved = actions.PERFORM[self.verb](version=version, actor=request.user, **values)
        if self.verb == "discard":
            return Response(status=204)
        return self._shown(request, moved)

    def _article(self, request: Asked, number: str) -> Article:
        return selectors.article_for(request.user, number)

    def _version(
        self,
        request: Asked,
        article: Article,
        given: Mapping[str, Any],
        *,
        is_moved: bool = False,
    ) -> Version:
        """What is meant: what is read, or what a move takes, which may be the draft beside it."""
        language = str(given.get("language") or "")[:10]
        read = selectors.version_to_read(request.user, article, language)
        if is_moved and read.state not in MOVES[self.verb].sources:
            return selectors.in_work(article, read.language) or read
        return read

    def _shown(self, request: Asked, version: Version, *, status: int = 200) -> Response:
        found = selectors.versions_with([version.pk])
        return Response(self.shape.one(found, request.user), status)


def move_routes() -> list[URLPattern]:
    """The addresses of everything that can be done to an article."""
    return [
        path(
            f"articles/<str:number>/{verb}/",
            _view_of(verb).as_view({"post": "move"}, verb=verb),
            name=f"articles-{verb}",
        )
        for verb in MOVES
    ]


def _view_of(verb: str) -> Any:
    fields: tuple[Field, ...] = (*MOVES[verb].fields, LANGUAGE)
    gives = {"status": 204} if verb == "discard" else {"gives": ARTICLE}
    declared = operation(
        "post",
        f"<str:number>/{verb}/",
        MOVES[verb].label,
        takes=fields,
        refuses=(409,),
        **gives,
    )(ArticleCollection.move)
    return type("ArticleCollection", (ArticleCollection,), {"move": declared})
