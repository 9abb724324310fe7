"""Articles beside records: what may help with one, and what many of them are worth writing down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from itsm.people.models import User
from itsm.tickets.likeness import like_text
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import visible_tickets
from knowledge.clustering import Told, clusters_of, name_of
from knowledge.models import Article, Use, Version
from knowledge.search import Hit, find, readable

MOST_SUGGESTED = 5
MOST_ALIKE = 10
CLUSTERED = timedelta(days=90)
MOST_CLUSTERED = 3000
MOST_CLUSTERS = 20
SHOWN_OF_CLUSTER = 5
MOST_OF_CLUSTER = 30


@dataclass(frozen=True)
class Suggested:
    """An article that may help with a record, and where its reader finds it."""

    version: Version
    excerpt: str
    words: Sequence[str]
    address: str


def suggested_for(user: User, ticket: Ticket) -> list[Suggested]:
    """The articles that may help with a record, best first; those it has already left out."""
    known = set(Use.objects.filter(ticket=ticket.pk).values_list("article", flat=True))
    hits = find(user, ticket.title, size=MOST_SUGGESTED + len(known))
    found = {each.version.article_id: each for each in hits}
    if len(found.keys() - known) < MOST_SUGGESTED:
        # What tools write holds words that no article has: what is shared tells, too.
        for each in _alike(user, ticket):
            found.setdefault(each.version.article_id, each)
    return [
        Suggested(each.version, each.excerpt, each.words, address_for_reader(each.version))
        for key, each in found.items()
        if key not in known
    ][:MOST_SUGGESTED]


def _alike(user: User, ticket: Ticket) -> list[Hit]:
    """The articles whose words a record shares, best first."""
    found = like_text("article", title=ticket.title, body=ticket.description, most=MOST_ALIKE)
    stems = {each.key: each.stems for each in found if each.tells}
    versions = {each.pk: each for each in readable(user, stems)}
    return [
        Hit(versions[key], versions[key].summary, list(words))
        for key, words in stems.items()
        if key in versions
    ]


def address_for_reader(version: Version) -> str:
    """Where a version is read: by everybody in the portal, by staff in the workspace."""
    page = "portal/knowledge" if version.is_public else "knowledge"
    return f"{settings.BASE_URL}/{page}/{version.article.number}/"


def use_between(article: Article, ticket: Ticket, sort: str) -> Use | None:
    """What a record is to an article."""
    found = Use.objects.filter(article=article, ticket=ticket.pk, sort=sort)
    return found.select_related("article").first()


@dataclass(frozen=True)
class Cluster:
    """Records that were resolved and are alike."""

    title: str
    tickets: list[Ticket]

    @property
    def shown(self) -> list[Ticket]:
        return self.tickets[:SHOWN_OF_CLUSTER]

    @property
    def hidden(self) -> int:
        """How many more there are than are shown."""
        return len(self.tickets) - len(self.shown)

    @property
    def numbers(self) -> str:
        return ",".join(each.number for each in self.tickets[:MOST_OF_CLUSTER])

    @property
    def service(self) -> Any:
        return self.tickets[0].service


def clusters_for(user: User) -> list[Cluster]:
    """What was resolved again and again lately, and no article was written from or used on."""
    since = timezone.now() - CLUSTERED
    done = visible_tickets(user).filter(kind="incident", confidential=False)
    newest = list(done.order_by("-pk")[:MOST_CLUSTERED])
    written = set(
        Use.objects.filter(ticket__in=[each.pk for each in newest]).values_list("ticket", flat=True)
    )
    told = {
        each.pk: each
        for each in newest
        if each.resolved_at and each.resolved_at >= since and each.pk not in written
    }
    records = [Told(each.pk, each.title, each.service_id) for each in told.values()]
    return [
        Cluster(name_of(told[pk].title for pk in keys), [told[pk] for pk in reversed(keys)])
        for keys in clusters_of(records)[:MOST_CLUSTERS]
    ]
