"""Work on articles as tickets: opened for the team that owns one, taken, and done."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import Refused
from itsm.people.models import Team, User
from itsm.tickets.actions import comment
from itsm.tickets.actions.assigning import GIVE_BACK_FIELDS, GIVE_FIELDS, give, give_back
from itsm.tickets.fields import Field
from itsm.tickets.models import Level, Ticket
from itsm.tickets.priority import priority_of
from knowledge import selectors
from knowledge.actions.writing import check_may_write, locked
from knowledge.models import Article, ArticleReview, Outcome, Sort, Version
from knowledge.workflow import OPEN, workflow

TITLES = {
    Sort.PUBLICATION: _l("Publish %(number)s: %(title)s"),
    Sort.RETIREMENT: _l("Retire %(number)s: %(title)s"),
    Sort.REFRESH: _l("Does %(number)s still hold: %(title)s"),
    Sort.FEEDBACK: _l("Feedback on %(number)s: %(title)s"),
}


def open_work(*, version: Version, sort: Sort, words: str, actor: User) -> ArticleReview:
    """Ask the team that owns an article to do something about it."""
    article = version.article
    said = {"number": article.number, "title": version.title}
    team = article.owner_team
    review = ArticleReview(
        sort=sort,
        article=article,
        article_version=version,
        title=(str(TITLES[Sort(sort)]) % said)[:250],
        description=words,
        team=team,
        service=article.service,
        impact=Level.MEDIUM,
        urgency=Level.LOW,
        priority=priority_of(Level.MEDIUM, Level.LOW),
        assigned_at=timezone.now(),
    )
    data = {"article": article.pk, "sort": str(sort)}
    return workflow.open(review, event="article_review.opened", actor=actor, data=data)


def note_or_open(*, version: Version, sort: Sort, words: str, actor: User) -> ArticleReview:
    """Add to the open work of this sort, or open it."""
    known = selectors.open_review(version.article, sort)
    if known is None:
        return open_work(version=version, sort=sort, words=words, actor=actor)
    comment(ticket=known, actor=actor, body=words, public=False)
    return known


@transaction.atomic
def ask_owners(*, article: Article, words: str, actor: User) -> ArticleReview:
    """Ask the team that owns an article to look at it."""
    check_may_write(actor)
    held = locked(article)
    return note_or_open(
        version=selectors.version_to_read(actor, held),
        sort=Sort.FEEDBACK,
        words=words,
        actor=actor,
    )


def _for_hands(review: Ticket) -> bool:
    return isinstance(review, ArticleReview) and review.sort == Sort.FEEDBACK


@workflow.transition(
    "assign",
    label=_l("Assign"),
    source=OPEN,
    target=None,
    event="article_review.assigned",
    needs="knowledge.write",
    fields=GIVE_FIELDS,
)
def assign(
    review: ArticleReview, *, actor: User, team: Team | None = None, assignee: User | None = None
) -> None:
    """Give it to a team, a person, or both."""
    give(review, team=team, assignee=assignee)


@workflow.transition(
    "unassign",
    label=_l("Unassign"),
    source=OPEN,
    target=None,
    event="article_review.unassigned",
    needs="knowledge.write",
    fields=GIVE_BACK_FIELDS,
)
def unassign(review: ArticleReview, *, actor: User, team: bool = False) -> None:
    """Take it from its person, and from its team as well if asked to."""
    give_back(review, team=team)


@workflow.transition(
    "start",
    label=_l("Start"),
    source=["new"],
    target="in_progress",
    event="article_review.started",
    needs="knowledge.write",
)
def start(review: ArticleReview, *, actor: User) -> None:
    """Take it."""
    review.assignee = review.assignee or actor


@workflow.transition(
    "finish",
    label=_l("Done"),
    source=OPEN,
    target="done",
    event="article_review.finished",
    needs="knowledge.write",
    fields=[Field(name="words", label=_l("What came of it"), required=True, max_length=5000)],
    when=_for_hands,
)
def finish(review: ArticleReview, *, actor: User, words: str) -> None:
    """Say what came of what readers said."""
    _check_for_hands(review)
    _end(review, Outcome.DONE, words)


@workflow.transition(
    "cancel",
    label=_l("Cancel"),
    source=OPEN,
    target="canceled",
    event="article_review.canceled",
    needs="knowledge.write",
    fields=[Field(name="words", label=_l("Why"), required=True, max_length=5000)],
    when=_for_hands,
)
def cancel(review: ArticleReview, *, actor: User, words: str) -> None:
    """Say that nothing is to be done."""
    _check_for_hands(review)
    _end(review, Outcome.WITHDRAWN, words)


@workflow.transition(
    "settle",
    label=_l("Settle"),
    source=OPEN,
    target="done",
    event="article_review.settled",
    needs="knowledge.write",
    by_people=False,
)
def settle(review: ArticleReview, *, actor: User, outcome: str, words: str = "") -> None:
    """End it by what became of its article."""
    _end(review, outcome, words)


def _end(review: ArticleReview, outcome: str, words: str) -> None:
    review.outcome, review.words = outcome, words
    review.closed_at = review.resolved_at = timezone.now()


def _check_for_hands(review: ArticleReview) -> None:
    if not _for_hands(review):
        raise Refused(_("It ends with what becomes of %(number)s.") % {"number": review.article})
