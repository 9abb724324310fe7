"""What people and the clock do to alerts."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import NotAllowed, Refused
from itsm.monitoring.actions.holding import hold_back
from itsm.monitoring.actions.recording import policy_of
from itsm.monitoring.actions.telling import Change, publish_changes
from itsm.monitoring.lifecycle import ACTIVE, FLAP_QUIET, Condition, settle
from itsm.monitoring.models import Alert, MonitoringSource, Status
from itsm.people.models import User

BATCH = 500


@transaction.atomic
def acknowledge(*, alert: Alert, actor: User) -> Alert:
    """Say that somebody is on it."""
    if not actor.has_perm("monitoring.work"):
        raise NotAllowed(_("You may not acknowledge alerts."))
    # Without this lock an acknowledgement could bring a cleared alert back.
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
    if alert.status != Status.FIRING:
        raise Refused(
            _("An alert that is %(status)s cannot be acknowledged.")
            % {"status": alert.get_status_display().lower()}
        )
    alert.status = Status.ACKED
    alert.acked_at = alert.changed_at = timezone.now()
    alert.acked_by = actor.username
    alert.save(update_fields=["status", "acked_at", "acked_by", "changed_at"])
    data = {"title": alert.title, "severity": alert.severity, "status": alert.status}
    events.publish("alert.acknowledged", alert, actor=actor, data=data)
    return alert


def settle_waiting(*, now: datetime) -> int:
    """Clear alerts whose recovery has held, and steady those that stopped flapping."""
    count = 0
    for source in MonitoringSource.objects.select_related("bot"):
        held = Alert.objects.filter(
            status=Status.RECOVERING, changed_at__lte=now - source.recovery_hold
        )
        steady = Alert.objects.filter(status=Status.FLAPPING, changed_at__lte=now - FLAP_QUIET)
        for due in (held, steady):
            count += sweep(source, due, now=now, judge=_settled(source))
    return count


def expire_stale(*, now: datetime) -> int:
    """Stop believing in alerts whose tool has fallen silent; that is no recovery."""
    count = 0
    for source in MonitoringSource.objects.exclude(stale_after=None).select_related("bot"):
        silent = _silent(source, now, source.stale_after)
        count += sweep(source, silent, now=now, judge=_expired)
    return count


def resolve_quiet(*, now: datetime) -> int:
    """Clear alerts of tools that never say it is over, once they have not been repeated."""
    count = 0
    for source in MonitoringSource.objects.exclude(quiet_resolve_after=None).select_related("bot"):
        quiet = _silent(source, now, source.quiet_resolve_after)
        count += sweep(source, quiet, now=now, judge=_cleared)
    return count


Judge = Callable[[Alert, datetime], frozenset[str]]


def _silent(source: MonitoringSource, now: datetime, patience: timedelta | None) -> QuerySet[Alert]:
    return Alert.objects.filter(status__in=ACTIVE, last_seen_at__lt=now - (patience or timedelta()))


@transaction.atomic
def sweep(source: MonitoringSource, due: QuerySet[Alert], *, now: datetime, judge: Judge) -> int:
    """Judge the alerts that are due; who is busy with one of them at the moment keeps it."""
    locked = list(
        due.filter(source=source)
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("fingerprint")[:BATCH]
    )
    changes = []
    for alert in locked:
        happened = judge(alert, now)
        condition = Condition(
            status=alert.status,
            severity=alert.severity,
            count=alert.count,
            occurrence=alert.occurrence,
        )
        changes.append(Change(alert.pk, alert.fingerprint, condition, happened, alert.title))
    columns = ["status", "ends_at", "changed_at", "heard_clear_at", "transitions"]
    Alert.objects.bulk_update(locked, columns)
    hold_back(changes, now=now)
    publish_changes(changes, actor=source.bot)
    return len(locked)


def _settled(source: MonitoringSource) -> Judge:
    policy = policy_of(source)

    def judge(alert: Alert, now: datetime) -> frozenset[str]:
        before = Condition(
            status=alert.status,
            heard_firing_at=alert.heard_firing_at,
            heard_clear_at=alert.heard_clear_at,
            changed_at=alert.changed_at,
        )
        after, happened = settle(before, now=now, policy=policy)
        if after.status != alert.status:
            alert.status = after.status
            alert.changed_at = now
        if before.status == Status.FLAPPING:
            alert.transitions = []
        return happened

    return judge


def _expired(alert: Alert, now: datetime) -> frozenset[str]:
    alert.status = Status.EXPIRED
    alert.changed_at = now
    return frozenset({"expired"})


def _cleared(alert: Alert, now: datetime) -> frozenset[str]:
    alert.status = Status.RESOLVED
    alert.ends_at = alert.changed_at = now
    alert.heard_clear_at = alert.heard_firing_at
    return frozenset({"cleared"})
