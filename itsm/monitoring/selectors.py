"""Questions about alerts and their sources."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.text import slugify

from itsm.core.errors import NotFound
from itsm.inventory.selectors import services_named
from itsm.monitoring.credentials import NOBODY, Credentials
from itsm.monitoring.doors import is_taken
from itsm.monitoring.ledger import active_source
from itsm.monitoring.models import Alert, DeadLetter, MonitoringSource, ParkedPost, Silence
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
    alerts = Alert.objects.select_related(
        "source", "service", "configuration_item", "incident", "silence"
    )
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


def visible_silences(user: User, *, standing: str = "") -> QuerySet[Silence]:
    """The silences this person may see, the newest first; ``standing`` is on, coming or over."""
    silences = Silence.objects.select_related("author", "ticket")
    if not user.has_perm("tickets.view_all"):
        return silences.none()
    now = timezone.now()
    over = Q(ended_at__isnull=False) | Q(ends_at__lte=now)
    if standing == "on":
        silences = silences.filter(~over, starts_at__lte=now)
    elif standing == "coming":
        silences = silences.filter(~over, starts_at__gt=now)
    elif standing == "over":
        silences = silences.filter(over)
    return silences.order_by("-starts_at", "-id")


def silence_for(user: User, silence_id: int) -> Silence:
    """One silence; NotFound when there is none this person may see."""
    found = visible_silences(user).filter(pk=silence_id).first()
    if found is None:
        raise NotFound("There is no such silence.")
    return found


def held_back(user: User, silence: Silence) -> QuerySet[Alert]:
    """The alerts a silence holds back, or held back last."""
    return visible_alerts(user).filter(silence=silence.pk)


def how_many_held(silences: Collection[int]) -> dict[int, int]:
    """How many alerts each of these silences holds or held back."""
    counted = Alert.objects.filter(silence__in=silences).order_by()
    return dict(counted.values_list("silence").annotate(Count("pk")))


def scopes_of(silences: Collection[int]) -> dict[int, tuple[list[str], list[str]]]:
    """The names of the services and of the components each of these silences is about."""
    found: dict[int, tuple[list[str], list[str]]] = {each: ([], []) for each in silences}
    of_services = Silence.services.through.objects.filter(silence__in=silences)
    of_items = Silence.configuration_items.through.objects.filter(silence__in=silences)
    for place, name, rows in (
        (0, "service__name", of_services),
        (1, "configurationitem__name", of_items),
    ):
        for silence_id, each in rows.order_by(name).values_list("silence", name):
            found[silence_id][place].append(each)
    return found


def titles_of(names: Collection[str]) -> list[str]:
    """What people call the services with these names."""
    known = services_named(names)
    return [str(known.get(each, each)) for each in names]


def standing_of(
    starts_at: datetime, ends_at: datetime, ended_at: datetime | None, *, now: datetime
) -> str:
    """Whether a silence of these instants is to come, on, or over."""
    return Silence(starts_at=starts_at, ends_at=ends_at, ended_at=ended_at).stands(now)


def alert_with_service(pk: int) -> Alert | None:
    """The alert of this id with its source and service, for rules, which read whatever happened."""
    return Alert.objects.select_related("source", "service").filter(pk=pk).first()
