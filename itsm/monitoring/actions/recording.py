"""Bringing alerts up to date with what their tool says, the whole post in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from itsm.inventory.actions import discover_components, discover_services
from itsm.monitoring import ledger
from itsm.monitoring.actions.holding import hold_back
from itsm.monitoring.actions.telling import Change, publish_changes
from itsm.monitoring.ledger import Entry
from itsm.monitoring.lifecycle import Condition, Policy, hear
from itsm.monitoring.models import MonitoringSource
from itsm.monitoring.payload import DESCRIPTION_LENGTH, fitting, shortened, title_of
from itsm.monitoring.sources import Signal

SERVICE_NAME_LENGTH = 120
COMPONENT_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """How one alert of a post stands now, and the number of the incident it is in."""

    fingerprint: str
    status: str
    incident: str | None


@transaction.atomic
def record_signals(
    source: MonitoringSource, *, signals: Sequence[Signal], now: datetime
) -> list[Standing]:
    """Bring the alerts up to date; a signal that repeats what we know is no event."""
    heard: dict[str, list[Signal]] = {}
    for signal in signals:
        heard.setdefault(fitting(signal.fingerprint), []).append(signal)
    policy = policy_of(source)

    known = ledger.lock_known(source.pk, fingerprints=heard)
    unknown = {each: heard[each] for each in heard if each not in known}
    changes = _put_on_record(source, unknown, now, policy) if unknown else []
    fresh = {each.fingerprint: each for each in changes}
    overtaken = unknown.keys() - fresh.keys()
    if overtaken:
        # Another post put them on record between our look and our insert.
        known |= ledger.lock_known(source.pk, fingerprints=overtaken)
    changes += _bring_up_to_date(known, heard, now, policy)
    hold_back(changes, now=now)
    publish_changes(changes, actor=source.bot)

    numbers = ledger.numbers_of([each.alert_id for each in changes]) if changes else {}
    told = {each.fingerprint: each for each in changes}
    return [_standing(each, known.get(each), told.get(each), numbers) for each in heard]


def policy_of(source: MonitoringSource) -> Policy:
    """What the source says about the life of its alerts."""
    return Policy(recovery_hold=source.recovery_hold, reopen_window=source.reopen_window)


def _put_on_record(
    source: MonitoringSource, unknown: Mapping[str, Sequence[Signal]], now: datetime, policy: Policy
) -> list[Change]:
    services, components = _named(source, [each[-1] for each in unknown.values()])
    rows, heard = [], {}
    for fingerprint, signals in unknown.items():
        condition, happened = hear(Condition(), signals=signals, now=now, policy=policy)
        told_by = condition.told_by or signals[-1]
        content = _content(told_by)
        rows.append(
            {
                "fingerprint": fingerprint,
                "service_id": services.get(_service_name(told_by)),
                "configuration_item_id": components.get(_component_name(told_by)),
                **content,
                **ledger.row_of(condition),
            }
        )
        heard[fingerprint] = (condition, happened, content["title"], signals[-1])
    return [
        Change(alert_id, fingerprint, *heard[fingerprint])
        for fingerprint, alert_id in sorted(ledger.insert_new(source.pk, rows=rows).items())
    ]


def _bring_up_to_date(
    known: Mapping[str, Entry],
    heard: Mapping[str, Sequence[Signal]],
    now: datetime,
    policy: Policy,
) -> list[Change]:
    repeated, rows, changes = [], [], []
    for fingerprint, entry in known.items():
        signals = heard[fingerprint]
        condition, happened = hear(entry.condition, signals=signals, now=now, policy=policy)
        content = _content(condition.told_by) if condition.told_by else {}
        is_reworded = content.get("content_hash", entry.content_hash) != entry.content_hash
        if happened:
            title = content.get("title") or title_of(signals[-1].title)
            changes.append(Change(entry.id, fingerprint, condition, happened, title, signals[-1]))
        if happened or is_reworded or _is_different(entry.condition, condition):
            words = content if is_reworded else {}
            begun = {"id": entry.id, "starts_anew": "fired" in happened}
            rows.append(ledger.row_of(condition) | words | begun)
        else:
            repeated.append((entry.id, condition))
        entry.condition = condition
    if repeated:
        ledger.update_repeated(repeated)
    if rows:
        ledger.update_changed(rows)
    return changes


def _is_different(before: Condition, after: Condition) -> bool:
    """Whether more than the number and the instants of its mentions has changed."""
    return (
        before.status != after.status
        or before.severity != after.severity
        or before.starts_at != after.starts_at
        or before.ends_at != after.ends_at
        or before.changed_at != after.changed_at
        or before.acked_at != after.acked_at
    )


def _named(
    source: MonitoringSource, signals: Collection[Signal]
) -> tuple[dict[str, int], dict[str, int]]:
    """The ids of the services and components that the signals name, unknown ones registered."""
    service_of = {_component_name(each): _service_name(each) for each in signals}
    service_names = {name for name in map(_service_name, signals) if name}
    component_names = {name for name in service_of if name}
    services, components = ledger.ids_named(service_names, components=component_names)
    if source.discovers and (unknown := service_names - services.keys()):
        services |= discover_services(unknown, actor=source.bot)
    if source.discovers and (unknown := component_names - components.keys()):
        components |= discover_components(
            {name: services.get(service_of[name]) for name in unknown}
        )
    return services, components


def _service_name(signal: Signal) -> str:
    return shortened(signal.service.strip(), length=SERVICE_NAME_LENGTH)


def _component_name(signal: Signal) -> str:
    return shortened(signal.component.strip(), length=COMPONENT_NAME_LENGTH)


def _content(signal: Signal) -> dict[str, Any]:
    """The columns that describe the alert in the words of the signal."""
    labels, links = dict(signal.labels), dict(signal.links)
    title = title_of(signal.title)
    return {
        "title": title,
        "description": shortened(signal.description, length=DESCRIPTION_LENGTH),
        "labels": labels,
        "links": links,
        "group_key": shortened(signal.group_key, length=250),
        "content_hash": ledger.hash_of(title, signal.description, repr(labels), repr(links)),
    }


def _standing(
    fingerprint: str, entry: Entry | None, change: Change | None, numbers: Mapping[int, str]
) -> Standing:
    if change is not None:
        number = numbers.get(change.alert_id)
        return Standing(fingerprint, change.condition.status, number)
    if entry is not None:
        return Standing(fingerprint, entry.condition.status, entry.number)
    return Standing(fingerprint, "", None)
