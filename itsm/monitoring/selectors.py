"""Questions about alerts and their sources."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet
from django.utils.text import slugify

from itsm.core.errors import NotFound
from itsm.monitoring.credentials import NOBODY, Credentials
from itsm.monitoring.doors import is_taken
from itsm.monitoring.ledger import active_source
from itsm.monitoring.models import Alert, DeadLetter, MonitoringSource, ParkedPost
from itsm.people.models import User

NO_SOURCE = "There is no such address, or the token is wrong."


def visible_alerts(
    user: User,
    *,
    status: Collection[str] = (),
    severity: Collection[str] = (),
    service: str = "",
    source: str = "",
) -> QuerySet[Alert]:
    """The alerts this person may see, newest first; end users see none."""
    alerts = Alert.objects.select_related("source", "service", "configuration_item", "incident")
    if not user.has_perm("tickets.view_all"):
        return alerts.none()
    if status:
        alerts = alerts.filter(status__in=status)
    if severity:
        alerts = alerts.filter(severity__in=severity)
    if service:
        alerts = alerts.filter(service__name=service)
    if source:
        alerts = alerts.filter(source__slug=source)
    return alerts.order_by("-starts_at", "-id")


def visible_sources(user: User) -> QuerySet[MonitoringSource]:
    """The sources this person may see."""
    listed = MonitoringSource.objects.defer("hmac_secret").select_related("bot")
    return listed if user.has_perm("tickets.view_all") else listed.none()


def visible_dead_letters(user: User) -> QuerySet[DeadLetter]:
    """What could not be read, for those who can mend it."""
    letters = DeadLetter.objects.select_related("source")
    return letters if user.has_perm("monitoring.edit") else letters.none()


def parked_posts(user: User) -> QuerySet[ParkedPost]:
    """The posts that still wait to be taken in, for those who can mend it."""
    posts = ParkedPost.objects.select_related("source").order_by("id")
    return posts if user.has_perm("monitoring.edit") else posts.none()


def resolving_sources(ids: Collection[int]) -> list[int]:
    """Those of the sources whose cleared alerts resolve their incidents."""
    sources = MonitoringSource.objects.filter(pk__in=ids, resolve_incidents=True)
    return list(sources.values_list("pk", flat=True))


def source_for(slug: str, *, credentials: Credentials, now: datetime) -> MonitoringSource:
    """The source a post comes from; NotFound, always the same, unless it proves it."""
    source = active_source(slug)
    is_right = credentials.match_token(
        source.token_hash if source else NOBODY, header_name=source.header_name if source else ""
    )
    if source is not None and credentials.is_signed() and source.hmac_secret:
        # A wrong signature is refused although the token may be right: the body was changed.
        is_right = credentials.match_signature(source.hmac_secret, now=now)
    if source is None or not is_right:
        raise NotFound(NO_SOURCE)
    return source


def free_address(name: str) -> str:
    """An address for a tool of this name that no other tool posts to, of whatever room."""
    stem = slugify(name)[:50] or "source"
    taken = set(
        MonitoringSource.objects.filter(slug__startswith=stem).values_list("slug", flat=True)
    )
    numbered = (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
    return next(each for each in numbered if each not in taken and not is_taken(each))
