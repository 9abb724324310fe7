"""What pages of records show of knowledge, and what the page of a review shows of its article."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_see_notes, may_work
from knowledge import selectors
from knowledge.differences import difference
from knowledge.models import ArticleReview, Kind, Sort

HELPED = ("incident", "problem", "change", "service_request")


@panel(
    "articles",
    title=_l("Articles"),
    template="knowledge/_panel.html",
    kinds=HELPED,
    order=58,
    rows="SELECT 1 FROM knowledge_use WHERE ticket_id = %(ticket)s",
    shows_bare=True,
    is_below=True,
)
def articles(user: User, ticket: Ticket, *, is_bare: bool = False) -> Mapping[str, Any] | None:
    """The articles it has to do with; those that may help are fetched once the page stands."""
    if not may_see_notes(user):
        return None
    return {
        "ticket": ticket,
        "uses": [] if is_bare else selectors.articles_used_on(user, ticket),
        "may_work": may_work(user, ticket),
        "may_write": user.has_perm("knowledge.write") and _says_something(ticket),
        "kind": Kind.KNOWN_ERROR.value if ticket.kind == "problem" else "",
    }


def _says_something(ticket: Ticket) -> bool:
    """Of a problem there is something to tell before it is over."""
    return ticket.kind == "problem" or not ticket.is_open()


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
