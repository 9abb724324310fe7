"""Each captured payload, posted through HTTP in its folder's order, gives the outcome it lists."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from incidents.models import Incident
from itsm.monitoring.actions import create_source
from itsm.monitoring.models import Alert, MonitoringSource
from itsm.monitoring.sources import sources
from tests.integrations.payloads import Payload, folders, payloads_in

pytestmark = pytest.mark.django_db

KINDS = {
    "alertmanager": "alertmanager",
    "prometheus": "prometheus",
    "prometheus-direct": "prometheus",
    "nagios": "nagios",
    "grafana": "grafana",
    "datadog": "datadog",
    "splunk": "splunk",
    "generic": "generic",
}
OPEN = ("new", "in_progress", "on_hold")
FOLDERS = [
    pytest.param(folder, id=f"{folder.parent.name}-{tool}")
    for tool in KINDS
    for folder in folders(tool)
]
BEGIN = datetime(2026, 11, 22, 19, 25, tzinfo=UTC)


class World:
    """One source and what has come of its posts so far."""

    def __init__(self, tool: str, **settings: Any) -> None:
        self.source, self.token = create_source(
            kind=KINDS[tool],
            name=tool,
            actor=None,
            settings={"hmac_secret": "test-webhook-secret", **settings},
        )
        self.number = ""
        self.before: dict[str, Any] = {}

    def post(self, payload: Payload) -> dict[str, Any]:
        """Post as the tool did; the answer."""
        self.before = self.facts()
        answer = Client().post(
            payload.path_with(self.source.slug, self.token),
            data=payload.body,
            content_type=payload.content_type,
            headers=payload.headers_with(self.token),
        )
        assert answer.status_code == 202, answer.content
        told: dict[str, Any] = answer.json()
        self.number = told["number"] or self.number
        return told

    def facts(self) -> dict[str, Any]:
        """How many incidents there are, and how often each alert was heard of."""
        return {
            "incidents": Incident.objects.count(),
            "counts": dict(Alert.objects.values_list("fingerprint", "count")),
            "priority": dict(Incident.objects.values_list("number", "priority")),
        }


def opened(world: World, told: dict[str, Any], expect: dict[str, Any]) -> None:
    incident = Incident.objects.get(number=told["number"])
    alert = incident.alerts.latest("changed_at")
    assert Incident.objects.count() == world.before["incidents"] + 1
    assert incident.state == "new"
    assert incident.source == "monitoring"
    assert alert.severity == expect.get("severity", alert.severity)
    assert (incident.service.name if incident.service else "") == expect.get(
        "service", incident.service.name if incident.service else ""
    )
    items = set(incident.configuration_items.values_list("name", flat=True))
    assert {expect[each] for each in ("ci", "host") if each in expect} <= items
    assert alert.fingerprint == expect.get("dedup", alert.fingerprint)
    assert incident.alerts.count() == expect.get("alerts", 1)
    hint = expect.get("priority_hint")
    assert hint is None or incident.priority <= int(hint[1:])


def updated(world: World, _told: dict[str, Any], expect: dict[str, Any]) -> None:
    incident = Incident.objects.get(number=world.number)
    active = [alert for alert in incident.alerts.all() if alert.is_active()]
    assert Incident.objects.count() == world.before["incidents"]
    assert incident.state in OPEN
    assert len(active) == expect.get("alerts_open", len(active))
    if "severity" in expect:
        assert {alert.severity for alert in active} == {expect["severity"]}
        assert incident.priority < world.before["priority"][world.number]


def counted(world: World, told: dict[str, Any], _expect: dict[str, Any]) -> None:
    counts = world.facts()["counts"]
    assert Incident.objects.count() == world.before["incidents"]
    assert told["alerts"]
    assert all(
        counts[each["fingerprint"]] == world.before["counts"][each["fingerprint"]] + 1
        for each in told["alerts"]
    )


def acknowledged(world: World, _told: dict[str, Any], expect: dict[str, Any]) -> None:
    incident = Incident.objects.get(number=world.number)
    alert = incident.alerts.get()
    assert incident.acknowledged_at is not None
    assert (alert.status, alert.acked_by) == ("acked", expect["by"])
    assert incident.comments.get().body == f"{expect['by']}: {expect['comment']}"


def resolved(world: World, told: dict[str, Any], expect: dict[str, Any]) -> None:
    alerts = Alert.objects.filter(fingerprint__in=[each["fingerprint"] for each in told["alerts"]])
    assert Incident.objects.count() == world.before["incidents"]
    assert {alert.status for alert in alerts} == {"resolved"}
    for incident in Incident.objects.filter(alerts__in=alerts):
        ends = [alert.ends_at for alert in incident.alerts.all() if alert.ends_at]
        assert incident.state == "resolved"
        assert incident.resolved_at == max(ends)


OUTCOMES: dict[str, Callable[[World, dict[str, Any], dict[str, Any]], None]] = {
    "incident.open": opened,
    "incident.update": updated,
    "incident.dedup": counted,
    "incident.acknowledge": acknowledged,
    "incident.resolve": resolved,
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_captured_payload_gives_the_outcome_it_lists(folder: Path) -> None:
    payloads = payloads_in(folder)
    world = World(folder.name, **payloads[0].settings)
    with time_machine.travel(payloads[0].received_at or BEGIN, tick=False) as clock:
        for number, each in enumerate(payloads):
            clock.move_to(each.received_at or BEGIN + timedelta(minutes=number))
            told = world.post(each)

            OUTCOMES[each.expect["outcome"].split(" ")[0]](world, told, each.expect)


@pytest.mark.parametrize("kind", sorted(sources))
def test_every_kind_of_source_has_payloads_of_its_own(kind: str) -> None:
    assert payloads_in(Path(__file__).parent / kind)


def test_the_source_is_remembered_as_heard_of() -> None:
    world = World("alertmanager")

    world.post(payloads_in(folders("alertmanager")[0])[0])

    assert MonitoringSource.objects.get().last_heard_at is not None
