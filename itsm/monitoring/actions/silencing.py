"""Silences: opened and ended by people, or by a change in work; what still fires is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.inventory.models import ConfigurationItem, Service
from itsm.monitoring.actions.alerts import sweep
from itsm.monitoring.matchers import is_matcher
from itsm.monitoring.models import Alert, MonitoringSource, Silence, Status
from itsm.monitoring.severities import CRITICAL
from itsm.people.models import User
from itsm.tickets.models import Ticket

LONGEST = timedelta(days=31)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be silent, until when, and why."""

    reason: str
    ends_at: datetime
    starts_at: datetime | None = None
    matchers: Sequence[str] = ()
    services: Sequence[Service] = ()
    configuration_items: Sequence[ConfigurationItem] = ()
    environment: str = ""
    most_severity: str = CRITICAL


@transaction.atomic
def open_silence(*, wanted: Wanted, actor: User) -> Silence:
    """Let some alerts open no incident for a while."""
    _check_right(actor)
    starts_at = wanted.starts_at or timezone.now()
    _check(wanted, starts_at)
    silence = _made(wanted, starts_at=starts_at, author=actor)
    events.publish("silence.opened", silence, actor=actor, data=_told(silence))
    return silence


@transaction.atomic
def end_silence(*, silence: Silence, actor: User) -> Silence:
    """End a silence before its time; what still fires is told within seconds."""
    _check_right(actor)
    locked = Silence.objects.select_for_update(of=("self",)).get(pk=silence.pk)
    now = timezone.now()
    if locked.stands(now) == "over":
        raise Refused(_("It is over already."))
    return _end(locked, now=now, actor=actor)


@transaction.atomic
def change_silence(*, silence: Silence, actor: User, changes: Mapping[str, Any]) -> Silence:
    """Give a silence another end or reason."""
    _check_right(actor)
    locked = Silence.objects.select_for_update(of=("self",)).get(pk=silence.pk)
    if locked.stands(timezone.now()) == "over":
        raise Refused(_("It is over already."))
    for name in ("reason", "ends_at"):
        if changes.get(name):
            setattr(locked, name, changes[name])
    _check_span(locked.starts_at, locked.ends_at)
    locked.save(update_fields=["reason", "ends_at"])
    events.publish("silence.changed", locked, actor=actor, data=_told(locked))
    return locked


@transaction.atomic
def open_maintenance(*, ticket: Ticket, wanted: Wanted, actor: User) -> Silence | None:
    """Hold alerts back for exactly what a piece of work has declared; asked again, it is mended.

    None where nothing is declared, or nothing is left of its time.
    """
    starts_at = wanted.starts_at or timezone.now()
    is_empty = not (wanted.services or wanted.configuration_items)
    former = Silence.objects.select_for_update(of=("self",)).filter(
        ticket=ticket.pk, ended_at__isnull=True
    )
    if is_empty or wanted.ends_at <= max(starts_at, timezone.now()):
        for each in former:
            _end(each, now=timezone.now(), actor=actor)
        return None
    silence = former.first()
    if silence is None:
        silence = _made(wanted, starts_at=starts_at, author=actor, ticket=ticket)
        events.publish("silence.opened", silence, actor=actor, data=_told(silence))
        return silence
    for name in ("reason", "ends_at", "environment", "most_severity"):
        setattr(silence, name, getattr(wanted, name))
    silence.starts_at = min(silence.starts_at, starts_at)
    silence.save()
    _set_scope(silence, wanted)
    events.publish("silence.changed", silence, actor=actor, data=_told(silence))
    return silence


@transaction.atomic
def end_maintenance(*, ticket: Ticket, actor: User) -> None:
    """The work is over: from now on alerts are told again."""
    open_ones = Silence.objects.select_for_update(of=("self",)).filter(
        ticket=ticket.pk, ended_at__isnull=True
    )
    for silence in open_ones:
        _end(silence, now=timezone.now(), actor=actor)


def tell_of_silenced(*, now: datetime) -> int:
    """Tell of the alerts that still fire though what held them back is over."""
    over = (
        Q(silence__isnull=True) | Q(silence__ended_at__isnull=False) | Q(silence__ends_at__lte=now)
    )
    waiting = Alert.objects.filter(over, status=Status.SUPPRESSED)
    concerned = MonitoringSource.objects.filter(pk__in=waiting.order_by().values("source"))
    return sum(
        sweep(source, waiting, now=now, judge=_fires_again)
        for source in concerned.select_related("bot")
    )


def _fires_again(alert: Alert, now: datetime) -> frozenset[str]:
    alert.status = Status.FIRING
    alert.changed_at = now
    return frozenset({"fired"})


def _made(
    wanted: Wanted, *, starts_at: datetime, author: User, ticket: Ticket | None = None
) -> Silence:
    silence = Silence.objects.create(
        reason=wanted.reason.strip()[:250],
        matchers=list(wanted.matchers),
        environment=wanted.environment,
        most_severity=wanted.most_severity or CRITICAL,
        starts_at=starts_at,
        ends_at=wanted.ends_at,
        author=author,
        ticket_id=ticket.pk if ticket else None,
    )
    _set_scope(silence, wanted)
    return silence


def _set_scope(silence: Silence, wanted: Wanted) -> None:
    silence.services.set(wanted.services)
    silence.configuration_items.set(wanted.configuration_items)


def _end(silence: Silence, *, now: datetime, actor: User) -> Silence:
    silence.ended_at = now
    silence.save(update_fields=["ended_at"])
    events.publish("silence.ended", silence, actor=actor, data=_told(silence))
    return silence


def _check_right(actor: User) -> None:
    if not actor.has_perm("monitoring.work"):
        raise NotAllowed(_("You may not silence alerts."))


def _check(wanted: Wanted, starts_at: datetime) -> None:
    if not wanted.reason.strip():
        raise Invalid(_("Say why."), field="reason")
    if not (wanted.matchers or wanted.services or wanted.configuration_items):
        raise Invalid(_("Say what is to be silent; everything cannot be."), field="matchers")
    for each in wanted.matchers:
        if not is_matcher(each):
            raise Invalid(
                _("%(text)s is none; write it like alertname=DiskFull.") % {"text": each},
                field="matchers",
            )
    if wanted.ends_at <= timezone.now():
        raise Invalid(_("Choose a moment that is still to come."), field="ends_at")
    _check_span(starts_at, wanted.ends_at)


def _check_span(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid(_("The end must come after the start."), field="ends_at")
    if ends_at - starts_at > LONGEST:
        raise Invalid(
            _("Silence for at most %(days)d days.") % {"days": LONGEST.days}, field="ends_at"
        )


def _told(silence: Silence) -> dict[str, Any]:
    return {
        "reason": silence.reason,
        "starts_at": silence.starts_at.isoformat(),
        "ends_at": silence.ends_at.isoformat(),
        "ticket": silence.ticket_id,
    }
