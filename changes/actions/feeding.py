"""Giving programs a person's calendar, and ending that."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from changes.models import CalendarFeed
from itsm.core import events
from itsm.people.models import User

READ_ANEW = timedelta(minutes=10)  # how exactly it is kept when a feed was read


@transaction.atomic
def make_feed(*, user: User) -> str:
    """A new secret for the address of a person's calendar; the old one opens nothing any more."""
    secret = secrets.token_hex(32)
    feed, _is_new = CalendarFeed.objects.update_or_create(
        user=user,
        defaults={"digest": digest_of(secret), "created_at": timezone.now(), "read_at": None},
    )
    events.publish("calendar_feed.issued", feed, actor=user, data={"user": user.pk})
    return secret


@transaction.atomic
def end_feed(*, user: User) -> bool:
    """Let the address of a person's calendar open nothing any more; whether there was one."""
    feed = CalendarFeed.objects.select_for_update().filter(user=user).first()
    if feed is None:
        return False
    events.publish("calendar_feed.revoked", feed, actor=user, data={"user": user.pk})
    feed.delete()
    return True


def note_reading(*, feed: CalendarFeed) -> None:
    """Keep when a program last read the calendar, so that its owner sees whether one does."""
    now = timezone.now()
    if feed.read_at is None or now - feed.read_at > READ_ANEW:
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now)


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
