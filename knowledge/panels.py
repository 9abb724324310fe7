"""What pages of records show of knowledge, and what the page of a review shows of its article."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from knowledge import selectors
from knowledge.differences import difference
from knowledge.models import ArticleReview, Sort


@panel(
    "reviewed",
    title=_l("The article"),
    template="knowledge/_reviewed.html",
    kinds=("article_review",),
    order=4,
)
def reviewed(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """What is to be judged or looked at: the text, or what changed since readers read it last."""
    assert isinstance(ticket, ArticleReview)  # noqa: S101 the registry asks for reviews only
    version = ticket.article_version
    before = None
    if ticket.sort == Sort.PUBLICATION:
        before = selectors.read_before(version)
    return {
        "review": ticket,
        "article": ticket.article,
        "version": version,
        "before": before,
        "lines": difference(before.body, version.body) if before else [],
    }
