"""Questions about articles; a person is told only what that person may know."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from itsm.approvals.models import Approval
from itsm.approvals.selectors import approvals_of
from itsm.core.errors import NotFound
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import visible_tickets
from knowledge.markup import pictures_in
from knowledge.models import (
    IN_WORK,
    LIVE,
    OPEN_REVIEWS,
    Article,
    ArticleReview,
    Audience,
    Feedback,
    Image,
    Sort,
    State,
    Use,
    UseSort,
    Version,
)

SIZE = 30
ALL_SORTS = tuple(Sort.values)
MOST_USES = 20
ROW = ("article__owner_team", "article__service", "author")
BIG = ("search", "head", "body")


def visible_versions(user: User) -> QuerySet[Version]:
    """The versions this person may read: staff all, end users what is live and for everybody."""
    versions = Version.objects.select_related(*ROW).defer("search", "head")
    if user.has_perm("tickets.view_all"):
        return versions
    return versions.filter(state__in=LIVE, audience=Audience.PUBLIC)


def visible_articles(user: User) -> QuerySet[Article]:
    """The articles of which this person may read anything."""
    articles = Article.objects.select_related("owner_team", "service")
    if user.has_perm("tickets.view_all"):
        return articles
    read = Version.objects.filter(state__in=LIVE, audience=Audience.PUBLIC)
    return articles.filter(pk__in=read.values("article"))


def article_for(user: User, number: str) -> Article:
    """The article with this number; NotFound when there is none this person may read."""
    found = visible_articles(user).filter(number=number.upper()).first()
    if found is None:
        raise NotFound(f"There is no {number}.")
    return found


def languages_of(user: User, article: Article) -> list[str]:
    """The languages in which this person may read it."""
    found = visible_versions(user).filter(article=article).order_by("language")
    return list(found.values_list("language", flat=True).distinct())


def version_to_read(user: User, article: Article, language: str = "") -> Version:
    """What a reader is shown: what is live in the language, else in another; staff also drafts."""
    return best_among(all_versions(user, article), article, language)


def all_versions(user: User, article: Article) -> list[Version]:
    """Every version this person may read, the newest first; their texts are read when needed."""
    found = Version.objects.filter(article=article).select_related("author").defer(*BIG)
    if not user.has_perm("tickets.view_all"):
        found = found.filter(state__in=LIVE, audience=Audience.PUBLIC)
    versions = list(found.order_by("-number"))
    for each in versions:
        each.article = article
    return versions


def best_among(versions: Sequence[Version], article: Article, language: str = "") -> Version:
    """Which of an article's versions is shown to who asks for it in a language, or in none."""
    wanted = language or (get_language() or "en")[:2]
    found = [each for each in versions if language in ("", each.language)]
    if not found:
        raise NotFound(f"There is no {article.number} in this language.")
    return min(found, key=lambda each: (not each.is_live, each.language != wanted, -each.number))


def version_numbered(user: User, article: Article, language: str, number: int) -> Version:
    """One version; NotFound when there is none this person may read."""
    versions = visible_versions(user).filter(article=article, language=language)
    found = versions.filter(number=number).first()
    if found is None:
        raise NotFound("There is no such version.")
    return found


def versions_of(user: User, article: Article, language: str) -> list[Version]:
    """All versions in a language, the newest first, without their texts."""
    found = visible_versions(user).filter(article=article, language=language)
    return list(found.defer(*BIG).order_by("-number"))


def read_before(version: Version) -> Version | None:
    """What readers had before a version; None when it is the first they get."""
    older = Version.objects.filter(
        article=version.article_id,
        language=version.language,
        number__lt=version.number,
        published_at__isnull=False,
    )
    return older.defer("search", "head").order_by("-number").first()


def in_work(article: Article, language: str) -> Version | None:
    """The version that is written, judged or scheduled."""
    return Version.objects.filter(article=article, language=language, state__in=IN_WORK).first()


def live(article: Article, language: str) -> Version | None:
    """The version that is read."""
    return Version.objects.filter(article=article, language=language, state__in=LIVE).first()


@dataclass(frozen=True)
class Page:
    """Some versions, and the key of the page after them (0 when there is none)."""

    rows: list[Version]
    older: int = 0


SHELVES = {
    "live": Q(state__in=LIVE),
    "stale": Q(state=State.NEEDS_REVIEW),
    "work": Q(state__in=IN_WORK),
    "over": Q(state__in=(State.RETIRED, State.OUTDATED)),
}


def shelf(user: User, name: str, *, kind: str = "", before: int = 0) -> Page:
    """One page of a shelf, the newest first; ``mine`` is what the person has written."""
    versions = visible_versions(user).defer(*BIG)
    versions = versions.filter(SHELVES[name] if name in SHELVES else Q(author=user))
    if kind:
        versions = versions.filter(article__kind=kind)
    if before:
        versions = versions.filter(pk__lt=before)
    rows = list(versions.order_by("-id")[: SIZE + 1])
    return Page(rows[:SIZE], older=rows[SIZE - 1].pk if len(rows) > SIZE else 0)


def is_of_owner(user: User, article: Article) -> bool:
    """Whether the person answers for the article: in the team that owns it, or its manager."""
    if user.has_perm("knowledge.manage"):
        return True
    is_member = user.memberships.filter(team=article.owner_team_id).exists()
    return is_member and user.has_perm("knowledge.write")


def image_for(user: User, name: str) -> Image:
    """A picture; end users get those that a text shows which they may read."""
    image = Image.objects.filter(stored_as=f"articles/{name}").first()
    if image is None:
        raise NotFound("There is no such picture.")
    if not user.has_perm("tickets.view_all"):
        texts = visible_versions(user).filter(article=image.article_id, body__contains=name)
        if not any(name in pictures_in(each.body) for each in texts):
            raise NotFound("There is no such picture.")
    return image


def open_review(article: Article, *sorts: str) -> ArticleReview | None:
    """The work of this sort there is on an article."""
    found = ArticleReview.objects.filter(OPEN_REVIEWS, article=article, sort__in=sorts)
    return found.select_related("article_version", "team").order_by("-pk").first()


def reviews_of(article: Article) -> list[ArticleReview]:
    """The newest work there was on an article."""
    found = ArticleReview.objects.filter(article=article).select_related("assignee", "team")
    return list(found.order_by("-pk")[:5])


def asked_about(version: Version) -> Approval | None:
    """What was last asked about this version, with all that was said."""
    review = ArticleReview.objects.filter(article_version=version).order_by("-pk").first()
    return approvals_of(review).first() if review else None


def uses_of(user: User, article: Article) -> list[Use]:
    """The records the article has to do with that this person may see."""
    uses = list(Use.objects.filter(article=article).order_by("-pk")[:MOST_USES])
    seen = visible_tickets(user, by_key=True).filter(pk__in=[each.ticket_id for each in uses])
    tickets = {each.pk: each for each in seen.select_related(None)}
    told = [each for each in uses if each.ticket_id in tickets]
    for each in told:
        each.ticket = tickets[each.ticket_id]
    return told


def visible_uses(user: User, article: Article) -> QuerySet[Use]:
    """The uses of an article on records this person may see."""
    seen = visible_tickets(user).select_related(None).values("pk")
    return Use.objects.filter(article=article, ticket__in=seen).order_by("-pk")


def versions_with(keys: Collection[int]) -> QuerySet[Version]:
    """The versions with these keys, for who has just acted on them."""
    return Version.objects.filter(pk__in=keys)


def articles_used_on(user: User, ticket: Ticket) -> list[tuple[Use, Version]]:
    """The articles a record has to do with, each with what of it is read."""
    uses = list(Use.objects.filter(ticket=ticket.pk).order_by("pk")[:MOST_USES])
    versions = best_of(user, [each.article_id for each in uses])
    return [(each, versions[each.article_id]) for each in uses if each.article_id in versions]


def best_of(user: User, articles: Collection[int]) -> dict[int, Version]:
    """What this person would read of each of these articles, without the text."""
    wanted = (get_language() or "en")[:2]
    found = visible_versions(user).filter(article__in=articles).defer(*BIG)
    ordered = sorted(found, key=lambda each: (each.is_live, each.language == wanted, each.number))
    return {each.article_id: each for each in ordered}


def votes_of(versions: Iterable[Version]) -> dict[int, tuple[int, int]]:
    """How many found each version helpful, and how many did not."""
    return votes_by_key([each.pk for each in versions])


def votes_by_key(keys: Collection[int]) -> dict[int, tuple[int, int]]:
    """The same, of the versions with these keys."""
    rows = (
        Feedback.objects.filter(version__in=keys)
        .values("version")
        .order_by()
        .annotate(yes=Count("pk", filter=Q(helpful=True)), no=Count("pk", filter=Q(helpful=False)))
    )
    return {row["version"]: (row["yes"], row["no"]) for row in rows}


def said_by(user: User, version: Version) -> Feedback | None:
    """What this person said of a version."""
    return Feedback.objects.filter(version=version, user=user).first()


def comments_on(article: Article) -> list[Feedback]:
    """What readers wrote of an article, the newest first."""
    found = Feedback.objects.filter(version__article=article).exclude(comment="")
    return list(found.select_related("user", "version").order_by("-given_at")[:10])


def history_of(article: Article) -> list[Event]:
    """What happened to an article, the newest first."""
    events = Event.objects.filter(subject_type="article", subject_id=article.pk)
    return list(
        events.exclude(name="article.transition_refused")
        .select_related("actor")
        .order_by("-id")[:SIZE]
    )


def to_publish() -> QuerySet[Version]:
    """What was to be published by now."""
    return _due(Version.objects.filter(state=State.SCHEDULED, publish_at__lte=timezone.now()))


def past_valid() -> QuerySet[Version]:
    """What is read although it is valid no more."""
    return _due(Version.objects.filter(state__in=LIVE, valid_to__lte=timezone.now()))


def review_due() -> QuerySet[Version]:
    """What nobody has looked at for too long."""
    due = Version.objects.filter(state=State.PUBLISHED, review_due_at__lte=timezone.now())
    return _due(due)


def _due(versions: QuerySet[Version]) -> QuerySet[Version]:
    return versions.select_related("article__owner_team").defer("search", "head").order_by("pk")


def live_about(tickets: Collection[int]) -> QuerySet[Version]:
    """What is published of the articles that tell of these records."""
    told = Use.objects.filter(ticket__in=tickets, sort=UseSort.ABOUT).values("article")
    return _due(Version.objects.filter(article__in=told, state=State.PUBLISHED))


def live_of_service(service: int) -> QuerySet[Version]:
    """What is published of a service."""
    return _due(Version.objects.filter(article__service=service, state=State.PUBLISHED))


def resolution_of(ticket: Ticket) -> tuple[str, Any]:
    """What was done to a record, in the words of who resolved it last, and when."""
    told = Event.objects.filter(
        subject_type=ticket.kind, subject_id=ticket.pk, name=f"{ticket.kind}.resolved"
    )
    latest = told.order_by("-id").first()
    given = latest.data.get("given", {}) if latest else {}
    return str(given.get("notes", "")), latest.happened_at if latest else None


def stale_first(user: User, *, most: int = 50) -> list[Version]:
    """What waits to be looked at again, and what soon will, the longest due first."""
    soon = timezone.now() + timedelta(days=30)
    found = visible_versions(user).filter(
        Q(state=State.NEEDS_REVIEW) | Q(state=State.PUBLISHED, review_due_at__lte=soon)
    )
    return list(found.defer(*BIG).order_by("review_due_at", "pk")[:most])


def all_live(user: User) -> QuerySet[Version]:
    """Everything that is read, for whoever takes it along."""
    uses = Prefetch("article__uses", Use.objects.select_related("ticket").order_by("pk"))
    found = visible_versions(user).filter(state__in=LIVE).prefetch_related(uses)
    return found.order_by("article__number", "language")


def for_everybody(*, before: int = 0) -> Page:
    """One page of what everybody may read, the newest first, whatever else the reader may see."""
    versions = Version.objects.filter(state__in=LIVE, audience=Audience.PUBLIC)
    versions = versions.select_related("article").defer(*BIG)
    if before:
        versions = versions.filter(pk__lt=before)
    rows = list(versions.order_by("-id")[: SIZE + 1])
    return Page(rows[:SIZE], older=rows[SIZE - 1].pk if len(rows) > SIZE else 0)


def counts() -> dict[str, int]:
    """How many versions are read, by everybody, grow old, or are in work."""
    return Version.objects.filter(state__in=(*LIVE, *IN_WORK)).aggregate(
        live=Count("pk", filter=Q(state__in=LIVE)),
        public=Count("pk", filter=Q(state__in=LIVE, audience=Audience.PUBLIC)),
        stale=Count("pk", filter=Q(state=State.NEEDS_REVIEW)),
        work=Count("pk", filter=Q(state__in=IN_WORK)),
    )
