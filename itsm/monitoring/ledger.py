"""Alerts read and written by the hundred in as few statements as by the one.

The only raw SQL of this room. Through the ORM a post of 500 alerts costs eight times as much.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from itsm.inventory.models import Service
from itsm.monitoring.lifecycle import Condition
from itsm.monitoring.matchers import Scope, Target
from itsm.monitoring.models import Alert, MonitoringSource
from itsm.monitoring.payload import fingerprint_of
from itsm.people.models import User

PATIENCE = "700ms"  # for all locks of one post; an answer is promised within a second

# The limit is set before the first row is looked at: PostgreSQL evaluates it as a one-time filter.
LOCK_KNOWN = """
SELECT alert.id, alert.fingerprint, alert.status, alert.severity, alert.count, alert.occurrence,
       alert.starts_at, alert.ends_at, alert.last_seen_at, alert.heard_firing_at,
       alert.heard_clear_at, alert.changed_at, alert.transitions, alert.acked_at, alert.acked_by,
       alert.content_hash, alert.incident_id, alert.service_id, ticket.number
FROM monitoring_alert AS alert LEFT JOIN tickets_ticket AS ticket ON ticket.id = alert.incident_id
WHERE (SELECT set_config('lock_timeout', %s, true)) IS NOT NULL
  AND alert.source_id = %s AND alert.fingerprint = ANY(%s)
ORDER BY alert.fingerprint
FOR UPDATE OF alert
"""

COLUMNS = """
    fingerprint text, status text, severity text, title text, description text,
    service_id bigint, configuration_item_id bigint, labels jsonb, links jsonb, group_key text,
    count integer, occurrence integer, starts_at timestamptz, ends_at timestamptz,
    last_seen_at timestamptz, heard_firing_at timestamptz, heard_clear_at timestamptz,
    changed_at timestamptz, transitions jsonb, content_hash text, acked_at timestamptz,
    acked_by text
"""

INSERT_NEW = f"""
INSERT INTO monitoring_alert (
    source_id, fingerprint, status, severity, title, description, service_id,
    configuration_item_id, labels, links, group_key, count, occurrence, starts_at, ends_at,
    last_seen_at, heard_firing_at, heard_clear_at, changed_at, transitions, content_hash,
    acked_at, acked_by
)
SELECT %s, fingerprint, status, severity, title, description, service_id,
    configuration_item_id, labels, links, group_key, count, occurrence, starts_at, ends_at,
    last_seen_at, heard_firing_at, heard_clear_at, changed_at, transitions, content_hash,
    acked_at, acked_by
FROM jsonb_to_recordset(%s) AS fresh({COLUMNS})
ORDER BY fingerprint
ON CONFLICT (source_id, fingerprint) DO NOTHING
RETURNING id, fingerprint
"""  # noqa: S608 made of constants

# A repeat changes no indexed column, so it costs one new row version and no index entry.
UPDATE_REPEATED = """
UPDATE monitoring_alert AS alert
SET count = told.count, last_seen_at = told.last_seen_at, heard_firing_at = told.heard_firing_at,
    heard_clear_at = told.heard_clear_at
FROM unnest(%s::bigint[], %s::integer[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
    AS told(id, count, last_seen_at, heard_firing_at, heard_clear_at)
WHERE alert.id = told.id
"""

UPDATE_CHANGED = f"""
UPDATE monitoring_alert AS alert
SET status = told.status, severity = told.severity, count = told.count,
    occurrence = told.occurrence, starts_at = told.starts_at, ends_at = told.ends_at,
    last_seen_at = told.last_seen_at, heard_firing_at = told.heard_firing_at,
    heard_clear_at = told.heard_clear_at, changed_at = told.changed_at,
    transitions = told.transitions, acked_at = told.acked_at, acked_by = told.acked_by,
    title = COALESCE(told.title, alert.title),
    description = COALESCE(told.description, alert.description),
    service_id = COALESCE(told.service_id, alert.service_id),
    configuration_item_id = COALESCE(told.configuration_item_id, alert.configuration_item_id),
    labels = COALESCE(told.labels, alert.labels), links = COALESCE(told.links, alert.links),
    group_key = COALESCE(told.group_key, alert.group_key),
    content_hash = COALESCE(told.content_hash, alert.content_hash),
    incident_id = CASE WHEN told.starts_anew THEN NULL ELSE alert.incident_id END
FROM jsonb_to_recordset(%s) AS told(id bigint, starts_anew boolean, {COLUMNS})
WHERE alert.id = told.id
"""  # noqa: S608 made of constants

# What a post needs to know of its source; the secret for signatures only when there is one.
SOURCE_COLUMNS = (
    "id", "name", "slug", "kind", "bot_id", "token_hash", "header_name", "recovery_hold",
    "reopen_window", "stale_after", "quiet_resolve_after", "resolve_incidents", "discovers",
    "is_active", "last_heard_at", "mapping", "severity_map",
)  # fmt: skip
BOT_COLUMNS = ("id", "username", "name", "role", "is_bot", "is_active")
ACTIVE_SOURCE = f"""
SELECT {", ".join(f"source.{each}" for each in SOURCE_COLUMNS)},
       {", ".join(f"bot.{each}" for each in BOT_COLUMNS)}
FROM monitoring_monitoringsource AS source JOIN people_user AS bot ON bot.id = source.bot_id
WHERE source.slug = %s AND source.is_active
"""  # noqa: S608 made of constants

IDS_NAMED = """
SELECT 0, name, id FROM inventory_service WHERE name = ANY(%s)
UNION ALL SELECT 1, name, id FROM inventory_configurationitem WHERE name = ANY(%s)
"""

# What tells where an alert belongs; what else it says is looked up when it is asked for.
LIGHT_COLUMNS = (
    "id", "source_id", "severity", "title", "service_id", "configuration_item_id", "incident_id",
    "starts_at", "ends_at",
)  # fmt: skip
LIGHT = f"""
SELECT {", ".join(f"alert.{each}" for each in LIGHT_COLUMNS)}, service.tier
FROM monitoring_alert AS alert LEFT JOIN inventory_service AS service
    ON service.id = alert.service_id
WHERE alert.id = ANY(%s) ORDER BY alert.fingerprint
"""  # noqa: S608 made of constants

ACTIVE_SILENCES = """
SELECT id, matchers, environment, most_severity,
       ARRAY(SELECT service_id FROM monitoring_silence_services WHERE silence_id = silence.id),
       ARRAY(SELECT configurationitem_id FROM monitoring_silence_configuration_items
             WHERE silence_id = silence.id)
FROM monitoring_silence AS silence
WHERE ended_at IS NULL AND ends_at > %s AND starts_at <= %s ORDER BY id
"""
TARGETS = """
SELECT alert.id, alert.title, alert.severity, source.slug, alert.service_id, service.name,
       alert.configuration_item_id, item.name, item.environment, alert.labels
FROM monitoring_alert AS alert
JOIN monitoring_monitoringsource AS source ON source.id = alert.source_id
LEFT JOIN inventory_service AS service ON service.id = alert.service_id
LEFT JOIN inventory_configurationitem AS item ON item.id = alert.configuration_item_id
WHERE alert.id = ANY(%s)
"""
PUT_ASIDE = """
UPDATE monitoring_alert AS alert SET status = aside.status, silence_id = aside.silence_id
FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS aside(id, status, silence_id)
WHERE alert.id = aside.id
"""

NUMBERS = """
SELECT alert.id, ticket.number
FROM monitoring_alert AS alert JOIN tickets_ticket AS ticket ON ticket.id = alert.incident_id
WHERE alert.id = ANY(%s)
"""


@dataclass(slots=True, kw_only=True)
class Entry:
    """An alert as it is on record, locked."""

    id: int
    fingerprint: str
    condition: Condition
    content_hash: str = ""
    incident_id: int | None = None
    service_id: int | None = None
    number: str | None = None


def active_source(slug: str) -> MonitoringSource | None:
    """The source that posts to this address, with its bot, unless it was switched off."""
    with connection.cursor() as cursor:
        cursor.execute(ACTIVE_SOURCE, [slug])
        row = cursor.fetchone()
    if row is None:
        return None
    count = len(SOURCE_COLUMNS)
    known = dict(zip(SOURCE_COLUMNS, row[:count], strict=True))
    known["mapping"] = json.loads(known["mapping"])
    known["severity_map"] = json.loads(known["severity_map"])
    source = MonitoringSource.from_db(connection.alias, *_in_order(MonitoringSource, known))
    bot = dict(zip(BOT_COLUMNS, row[count:], strict=True))
    source.bot = User.from_db(connection.alias, *_in_order(User, bot))
    return source


def light_alerts(alert_ids: Collection[int]) -> list[Alert]:
    """The alerts with what tells where they belong, and their services with their tiers."""
    with connection.cursor() as cursor:
        cursor.execute(LIGHT, [list(alert_ids)])
        rows = cursor.fetchall()
    services: dict[int, Service] = {}
    alerts = []
    for *values, tier in rows:
        known = dict(zip(LIGHT_COLUMNS, values, strict=True))
        alert = Alert.from_db(connection.alias, *_in_order(Alert, known))
        if (service_id := known["service_id"]) is not None:
            told = {"id": service_id, "tier": tier}
            if service_id not in services:
                service = Service.from_db(connection.alias, *_in_order(Service, told))
                services[service_id] = service
            alert.service = services[service_id]
        alerts.append(alert)
    return alerts


def lock_known(source_id: int, *, fingerprints: Collection[str]) -> dict[str, Entry]:
    """The alerts on record with these fingerprints, locked in one order for all posts."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_KNOWN, [PATIENCE, source_id, sorted(fingerprints)])
        return {entry.fingerprint: entry for entry in map(_entry, cursor.fetchall())}


def ids_named(
    services: Collection[str], *, components: Collection[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """The ids by name of those services and components that are in the inventory."""
    found: tuple[dict[str, int], dict[str, int]] = ({}, {})
    with connection.cursor() as cursor:
        cursor.execute(IDS_NAMED, [list(services), list(components)])
        for place, name, known_id in cursor.fetchall():
            found[place][name] = known_id
    return found


def insert_new(source_id: int, *, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The ids by fingerprint of those rows that nobody else put on record meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT_NEW, [source_id, _json(rows)])
        return {fingerprint: alert_id for alert_id, fingerprint in cursor.fetchall()}


def update_repeated(entries: Sequence[tuple[int, Condition]]) -> None:
    """Note that these alerts were heard of again."""
    columns: list[Any] = [
        [alert_id for alert_id, _condition in entries],
        [condition.count for _id, condition in entries],
        [condition.last_seen_at for _id, condition in entries],
        [condition.heard_firing_at for _id, condition in entries],
        [condition.heard_clear_at for _id, condition in entries],
    ]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_REPEATED, columns)


def update_changed(rows: Sequence[Mapping[str, Any]]) -> None:
    """Put on record how these alerts stand now."""
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_CHANGED, [_json(rows)])


def numbers_of(alert_ids: Collection[int]) -> dict[int, str]:
    """The numbers of the incidents that these alerts are in, by the alerts' ids."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, [list(alert_ids)])
        return dict(cursor.fetchall())


def active_silences(now: datetime) -> list[Scope]:
    """What the silences that are on at this moment are about, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(ACTIVE_SILENCES, [now, now])
        rows = cursor.fetchall()
    return [
        Scope(
            key=key,
            matchers=tuple(json.loads(matchers)),
            environment=environment,
            most_severity=most,
            services=frozenset(services),
            components=frozenset(components),
        )
        for key, matchers, environment, most, services, components in rows
    ]


def targets_of(alert_ids: Collection[int]) -> dict[int, Target]:
    """These alerts as silences look at them, by their ids."""
    with connection.cursor() as cursor:
        cursor.execute(TARGETS, [list(alert_ids)])
        rows = cursor.fetchall()
    return {
        key: Target(
            title=title,
            severity=severity,
            source=source,
            service_id=service_id,
            service=service or "",
            component_id=component_id,
            component=component or "",
            environment=environment or "",
            labels=json.loads(labels),
        )
        for key, title, severity, source, service_id, service, component_id, component,
        environment, labels in rows
    }  # fmt: skip


def put_aside(rows: Sequence[tuple[int, str, int | None]]) -> None:
    """Put on record which of these alerts are held back, and by which silence."""
    with connection.cursor() as cursor:
        cursor.execute(PUT_ASIDE, [list(column) for column in zip(*rows, strict=True)])


def row_of(condition: Condition) -> dict[str, Any]:
    """The columns that say how an alert stands."""
    return {
        "status": condition.status,
        "severity": condition.severity,
        "count": condition.count,
        "occurrence": condition.occurrence,
        "starts_at": _iso(condition.starts_at),
        "ends_at": _iso(condition.ends_at),
        "last_seen_at": _iso(condition.last_seen_at),
        "heard_firing_at": _iso(condition.heard_firing_at),
        "heard_clear_at": _iso(condition.heard_clear_at),
        "changed_at": _iso(condition.changed_at),
        "transitions": condition.transitions,
        "acked_at": _iso(condition.acked_at),
        "acked_by": condition.acked_by,
    }


def hash_of(*parts: str) -> str:
    """What tells whether the words of an alert have changed."""
    return fingerprint_of(*parts)


def _in_order(model: type[Model], known: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    names = [field.attname for field in model._meta.concrete_fields if field.attname in known]
    return names, [known[name] for name in names]


def _entry(row: Sequence[Any]) -> Entry:
    return Entry(
        id=row[0],
        fingerprint=row[1],
        condition=Condition(
            status=row[2],
            severity=row[3],
            count=row[4],
            occurrence=row[5],
            starts_at=row[6],
            ends_at=row[7],
            last_seen_at=row[8],
            heard_firing_at=row[9],
            heard_clear_at=row[10],
            changed_at=row[11],
            transitions=tuple(json.loads(row[12])) if row[12] != "[]" else (),
            acked_at=row[13],
            acked_by=row[14],
        ),
        content_hash=row[15],
        incident_id=row[16],
        service_id=row[17],
        number=row[18],
    )


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant is not None else None


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False)
