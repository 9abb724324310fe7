"""The work on articles in the API."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import Invalid, NotFound
from itsm.core.fields import Field, Line, Lines, Number
from itsm.core.rest.asking import Asked
from itsm.core.rest.shapes import Column, Row, Shape, instant, maybe, number, text
from itsm.people.models import User
from itsm.tickets.api import TicketCollection
from itsm.tickets.api.shapes import HEAD, MORE, PEOPLE, TAIL, URGENCY, put_addresses, put_names
from itsm.tickets.models import Ticket
from knowledge import actions, selectors
from knowledge.filters import ReviewFilters
from knowledge.models import ArticleReview, Outcome, Sort

PEOPLE_NAMED = ("caller", "assignee", "opened_by")


def _finish(rows: list[Row], user: User) -> None:
    put_addresses(rows, user, kind="article_review")
    put_names(rows, people=PEOPLE_NAMED)


REVIEW = Shape(
    "ArticleReview",
    (
        *HEAD,
        *URGENCY,
        *PEOPLE,
        Column("sort", text(enum=list(Sort.values))),
        Column("article", text(), "article__number"),
        Column("language", text(), "article_version__language"),
        Column("article_version", number(), "article_version__number"),
        Column("outcome", text(enum=["", *Outcome.values])),
        Column("words", text()),
        Column("closed_at", maybe(instant())),
        *TAIL,
        *MORE,
    ),
    hidden=("id",),
    finish=_finish,
)


class ArticleReviewCollection(TicketCollection):
    """What is to be done about articles: judged, retired, refreshed, or mended."""

    collection = "article-reviews"
    kind = "article_review"
    model = ArticleReview
    shape = REVIEW
    filterset = ReviewFilters
    opening: ClassVar[Sequence[Field]] = (
        Line(name="article", label=_l("Number of the article"), required=True, max_length=20),
        Field(name="words", label=_l("What is missing or wrong"), required=True, max_length=2000),
    )
    editing: ClassVar[Sequence[Field]] = (
        Line(name="title", required=True),
        *(
            Number(name=each, label=_l("1 high to 3 low"), least=1, most=3, required=True)
            for each in ("impact", "urgency")
        ),
        Field(name="description", max_length=100_000),
        Lines(name="tags"),
    )

    def references(self) -> Mapping[str, type[Ticket]]:
        return {}

    def open(self, request: Asked, values: dict[str, Any]) -> Ticket:
        try:
            article = selectors.article_for(request.user, values["article"])
        except NotFound:
            raise Invalid(_("There is no such article."), field="article") from None
        return actions.ask_owners(article=article, words=values["words"], actor=request.user)
