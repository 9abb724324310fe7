"""Alerts and their incidents: joining, opening, raising and resolving without a human hand.

Whoever joins alerts holds a share of the incident's row, so that many may join at once while nobody
resolves it; whoever opens holds the correlation key, so that one outage never gets two incidents.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.actions.ending import reopen, resolve
from incidents.actions.opening import Report, open_incident
from incidents.correlation import RANK, grave_key, keys_for, scope_of
from incidents.models import Detection, Incident, ResolutionCode
from incidents.selectors import firing_alerts_of
from itsm.automation.selectors.runs import is_being_healed, is_verified_for
from itsm.core import events
from itsm.core.events import Subject
from itsm.inventory.models import ConfigurationItem
from itsm.monitoring.models import Alert
from itsm.people.models import User
from itsm.tickets.models import OPEN_PHASES, Channel, Link, Ticket
from itsm.tickets.priority import priority_of, proposed_for
from itsm.tickets.workflow import diff, facts, save_change

OLDEST_JOINED = timedelta(days=7)  # one trickling alert must not keep an incident alive for ever
ORDINARY_TIER = 2  # of alerts without a service: better safe


HOLD_OPEN = """
SELECT correlation_key, id, priority, priority_reason <> '' FROM tickets_ticket
WHERE correlation_key = ANY(%s) AND correlation_key <> ''
  AND phase IN ('new', 'active', 'waiting') AND opened_at >= %s
ORDER BY correlation_key FOR SHARE
"""
JOIN = """
UPDATE monitoring_alert AS alert SET incident_id = joined.ticket_id
FROM unnest(%s::bigint[], %s::bigint[]) AS joined(id, ticket_id) WHERE alert.id = joined.id
"""


@dataclass(frozen=True, slots=True)
class _Held:
    """An open incident, held so that it stays open."""

    ticket_id: int
    priority: int
    is_overridden: bool = False


@transaction.atomic(savepoint=False)
def join_or_open(alerts: Sequence[Alert], *, actor: User) -> None:
    """Put each alert on the open incident of its outage, opening those that are missing."""
    groups: dict[tuple[str, ...], list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(_keys_of(alert), []).append(alert)
    held = _hold_open({key for keys in groups for key in keys})
    joined: dict[int, list[Alert]] = {}
    # Grave before minor, so that minor alerts of the same post find the grave incident open.
    for keys in sorted(groups, key=lambda each: (len(each), each)):
        ticket_id = _join(keys, groups[keys], held, actor)
        if ticket_id is None:
            ticket_id = _open_for(keys, groups[keys], held, actor)
        joined.setdefault(ticket_id, []).extend(groups[keys])
    _put_on(joined)
    events.publish(
        "incident.alerts_joined",
        *(Subject("incident", ticket_id) for ticket_id in joined),
        actor=actor,
        data_of=lambda incident: _joining(joined[incident.pk]),
    )


def _put_on(joined: Mapping[int, Sequence[Alert]]) -> None:
    pairs = [(alert.pk, ticket_id) for ticket_id, alerts in joined.items() for alert in alerts]
    with connection.cursor() as cursor:
        # One statement for all incidents: a storm touches many at once.
        cursor.execute(JOIN, [list(column) for column in zip(*pairs, strict=True)])


def _joining(alerts: Sequence[Alert]) -> dict[str, object]:
    ids = [each.pk for each in alerts]
    return {"alerts": ids[:100], "count": len(ids), "title": alerts[0].title}


def _keys_of(alert: Alert) -> tuple[str, ...]:
    scope = scope_of(
        service_id=alert.service_id,
        source_id=alert.source_id,
        component_id=alert.configuration_item_id,
        title=alert.title,
    )
    return keys_for(scope=scope, severity=alert.severity)


def _hold_open(keys: Iterable[str]) -> dict[str, _Held]:
    """The open incidents with these keys, held so that they stay open, by their keys."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD_OPEN, [sorted(keys), timezone.now() - OLDEST_JOINED])
        return {key: _Held(*facts_held) for key, *facts_held in cursor.fetchall()}


def _join(
    keys: tuple[str, ...], alerts: Sequence[Alert], held: Mapping[str, _Held], actor: User
) -> int | None:
    """The held incident with the best of the keys, raised if the alerts are worse."""
    known = next((held[key] for key in keys if key in held), None)
    if known is None:
        return None
    worst = _worst(alerts)
    if not known.is_overridden and priority_of(*_proposed(worst)) < known.priority:
        raise_to(known.ticket_id, worst, actor=actor)
    return known.ticket_id


def _open_for(
    keys: tuple[str, ...], alerts: Sequence[Alert], held: dict[str, _Held], actor: User
) -> int:
    """A new incident for the alerts, or the one that somebody else opened just now."""
    key = keys[-1]
    with connection.cursor() as cursor:
        # Without this lock two posts could each open an incident for the same outage.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    held |= _hold_open(keys)
    if (ticket_id := _join(keys, alerts, held, actor)) is not None:
        return ticket_id
    previous = Ticket.objects.filter(correlation_key=key, phase__in=OPEN_PHASES).first()
    if previous is not None:
        Ticket.objects.filter(pk=previous.pk).update(correlation_key="")
    incident = open_incident(report=_report_of(key, alerts), actor=actor)
    held[key] = _Held(incident.pk, incident.priority)
    if previous is not None:
        Link.objects.create(
            from_ticket_id=incident.pk, to_ticket_id=previous.pk, sort=Link.Sort.PREVIOUS
        )
    return incident.pk


def _report_of(key: str, alerts: Sequence[Alert]) -> Report:
    worst = _worst(alerts)
    impact, urgency = _proposed(worst)
    items = {each.configuration_item_id for each in alerts if each.configuration_item_id}
    return Report(
        title=worst.title,
        description=worst.description,
        service=worst.service,
        impact=impact,
        urgency=urgency,
        source=Channel.MONITORING,
        detection=Detection.ALERT,
        correlation_key=key,
        configuration_items=list(ConfigurationItem.objects.filter(pk__in=items)),
        impact_started_at=worst.starts_at,
        data={"alert": worst.pk, "source": worst.source_id},
    )


def _worst(alerts: Iterable[Alert]) -> Alert:
    return min(alerts, key=lambda each: (RANK.get(each.severity, len(RANK)), each.pk))


def _proposed(alert: Alert) -> tuple[int, int]:
    return proposed_for(alert.severity, alert.service.tier if alert.service else ORDINARY_TIER)


@transaction.atomic
def raise_to(ticket_id: int, alert: Alert, *, actor: User | None) -> None:
    """Raise impact and urgency to what the alert proposes; never lower them, nor a hand-set one."""
    incident = Incident(pk=ticket_id).lock()
    impact, urgency = _proposed(alert)
    before = facts(incident)
    incident.impact = min(incident.impact, impact)
    incident.urgency = min(incident.urgency, urgency)
    if not incident.priority_reason:
        incident.priority = priority_of(incident.impact, incident.urgency)
    key = grave_key(incident.correlation_key)
    if alert.severity in ("critical", "high") and not _is_taken(key):
        incident.correlation_key = key
    changed = diff(before, incident)
    if changed:
        save_change(incident)
        data = {"diff": changed, "alert": alert.pk, "severity": alert.severity}
        events.publish("incident.raised", incident, actor=actor or alert.source.bot, data=data)


def _is_taken(key: str) -> bool:
    return Ticket.objects.filter(correlation_key=key, phase__in=OPEN_PHASES).exists()


@transaction.atomic
def resolve_if_clear(
    ticket_id: int, *, at: datetime | None, actor: User, code: str = ResolutionCode.NO_FAULT
) -> None:
    """Resolve an incident none of whose alerts fires any more; ``at`` is when the last ended."""
    # Who joins an alert holds a share of this row, so after this lock the count is the truth.
    incident = Incident(pk=ticket_id).lock()
    if not incident.is_open() or firing_alerts_of(incident).exists():
        return
    # A run that is at work says by itself whether it has healed.
    if not is_being_healed(incident):
        code = ResolutionCode.SELF_HEALED if is_verified_for(incident) else code
        resolve(incident, actor=actor, code=code, notes=_("All its alerts have cleared."), at=at)


@transaction.atomic
def follow_alerts_up(ticket_id: int, alerts: Sequence[Alert], *, actor: User) -> None:
    """Alerts that came back: reopen their incident while it is resolved, else join or open."""
    incident = Incident(pk=ticket_id).lock()
    if incident.is_open():
        return
    keys = _keys_of(_worst(alerts))
    others = _join(keys, alerts, _hold_open(keys), actor)
    if incident.state == "resolved" and others is None:
        reopen(incident, actor=actor)
        return
    join_or_open(alerts, actor=actor)
    if others is None:
        _link_to_previous(alerts[0], incident)


def _link_to_previous(alert: Alert, previous: Incident) -> None:
    alert.refresh_from_db(fields=["incident"])
    Link.objects.get_or_create(
        from_ticket_id=alert.incident_id, to_ticket_id=previous.pk, sort=Link.Sort.PREVIOUS
    )
