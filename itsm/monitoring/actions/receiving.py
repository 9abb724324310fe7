"""Taking in a post, come what may: recorded now, parked for later, or kept as a dead letter."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.monitoring.actions.recording import Standing, record_signals
from itsm.monitoring.bodies import decoded
from itsm.monitoring.models import DeadLetter, MonitoringSource, ParkedPost
from itsm.monitoring.payload import fitting, shortened
from itsm.monitoring.sources import Malformed, Reading, Signal, from_plain, sources, to_plain
from itsm.people.models import User

logger = structlog.get_logger(__name__)

MOST_SIGNALS = 5000
KEPT_BYTES = 256 * 1024  # of a dead letter
KEPT_LETTERS = 1000  # per source: a tool that sends rubbish all day must not fill the disk
ATTEMPTS = 10  # to take in a parked post, before a person has to look
PAUSE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a post: how each of its alerts stands now."""

    standings: Sequence[Standing]

    @property
    def number(self) -> str | None:
        """The number of the first incident among them."""
        return next((each.incident for each in self.standings if each.incident), None)


def receive(
    source: MonitoringSource,
    *,
    body: bytes,
    content_type: str,
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Accepted:
    """Take in one post; what cannot be read is kept, and the reason raised as Malformed."""
    now = now or timezone.now()
    try:
        signals = read(source, body=body, content_type=content_type, now=now)
    except Malformed as error:
        _keep(source, body, content_type, dict(headers or {}), error)
        raise
    return Accepted(_record_or_park(source, signals, now))


def read(
    source: MonitoringSource, *, body: bytes, content_type: str, now: datetime
) -> list[Signal]:
    """What the body says, in the words of its source's kind."""
    reading = Reading(now=now, mapping=source.mapping, severity_map=_words(source.severity_map))
    payload = decoded(body, content_type=content_type)
    signals = sources[source.kind]().parse(payload, reading=reading)
    if len(signals) > MOST_SIGNALS:
        raise Malformed(f"One post may bring at most {MOST_SIGNALS} alerts.")
    return signals


def replay(*, letter: DeadLetter, actor: User) -> Accepted:
    """Try a dead letter again, now that its source is set up better."""
    if not actor.has_perm("monitoring.edit"):
        raise NotAllowed(_("You may not replay what was refused."))
    if letter.replayed_at is not None:
        raise Refused(_("This has been taken in already."))
    if not letter.is_whole():
        raise Refused(_("Only the beginning of this body was kept: have the tool send it again."))
    now = timezone.now()
    try:
        signals = read(
            letter.source, body=bytes(letter.body), content_type=letter.content_type, now=now
        )
    except Malformed as error:
        raise Invalid(f"{error.path}: {error.message}") from None
    with transaction.atomic():
        letter.replayed_at = now
        letter.save(update_fields=["replayed_at"])
        standings = record_signals(letter.source, signals=signals, now=now)
        events.publish("dead_letter.replayed", letter, actor=actor, data={"alerts": len(signals)})
    return Accepted(standings)


def take_in_parked(*, now: datetime) -> int:
    """Record posts that had to wait, oldest first, each exactly once."""
    taken = 0
    for _turn in range(100):
        with transaction.atomic():
            post = (
                ParkedPost.objects.select_for_update(of=("self",), skip_locked=True)
                .filter(due_at__lte=now)
                .select_related("source__bot")
                .order_by("id")
                .first()
            )
            if post is None:
                break
            taken += _take_in(post, now)
    return taken


@transaction.atomic
def unpark(*, posts: QuerySet[ParkedPost], actor: User) -> int:
    """Make posts that were given up due once more."""
    if not actor.has_perm("monitoring.edit"):
        raise NotAllowed(_("You may not retry what was given up."))
    events.publish("parked_post.retried", *posts, actor=actor)
    return posts.update(attempts=0, due_at=timezone.now())


def _take_in(post: ParkedPost, now: datetime) -> bool:
    signals = [from_plain(each) for each in post.signals]
    try:
        with transaction.atomic():
            record_signals(post.source, signals=signals, now=post.received_at)
    except Exception as error:  # a post that cannot be taken in must not hold up the next
        if _is_away(error):
            raise
        logger.exception("parked_post.failed", post=post.pk, source=post.source.slug)
        post.attempts += 1
        post.error = repr(error)[:2000]
        post.due_at = now + PAUSE * 2**post.attempts if post.attempts < ATTEMPTS else None
        post.save(update_fields=["attempts", "error", "due_at"])
        return False
    post.delete()
    return True


def _record_or_park(
    source: MonitoringSource, signals: list[Signal], now: datetime
) -> Sequence[Standing]:
    """The standings; when twice nothing could be recorded, the post is kept for the sweep."""
    if not signals:
        return ()
    error: Exception
    for _turn in range(2):
        try:
            return record_signals(source, signals=signals, now=now)
        except Exception as problem:  # accepted alerts must not be lost to a fault elsewhere
            if _is_away(problem):
                raise
            error = problem
    logger.warning("post.parked", source=source.slug, signals=len(signals), error=repr(error))
    ParkedPost.objects.create(
        source=source,
        signals=[to_plain(each) for each in signals],
        received_at=now,
        error=repr(error)[:2000],
    )
    fingerprints = dict.fromkeys(fitting(each.fingerprint) for each in signals)
    return [Standing(each, "parked", None) for each in fingerprints]


def _is_away(error: Exception) -> bool:
    """Whether the database itself is out of reach, so that parking is out of reach too."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(("08", "53", "57P"))


def _keep(
    source: MonitoringSource,
    body: bytes,
    content_type: str,
    headers: dict[str, str],
    error: Malformed,
) -> None:
    letter = DeadLetter.objects.create(
        source=source,
        body=body[:KEPT_BYTES],
        size=len(body),
        content_type=content_type[:200].replace("\0", ""),
        headers=headers,
        error=error.message,
        path=shortened(error.path, length=250),
    )
    if letter.pk % 100 == 0:
        kept = DeadLetter.objects.filter(source=source).order_by("-id")
        oldest = kept.values_list("id", flat=True)[KEPT_LETTERS : KEPT_LETTERS + 1].first()
        if oldest is not None:
            DeadLetter.objects.filter(source=source, id__lte=oldest).delete()


def _words(severity_map: Any) -> dict[str, str]:
    if not isinstance(severity_map, dict):
        return {}
    return {str(word).strip().lower(): str(ours) for word, ours in severity_map.items()}


def example_of(letter: DeadLetter) -> str:
    """The body of a dead letter as text, for people to read."""
    text = bytes(letter.body).decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
