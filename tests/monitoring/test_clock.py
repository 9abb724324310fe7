"""What the clock and people do to alerts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from incidents.models import Incident
from itsm.core.errors import NotAllowed, Refused
from itsm.core.models import Event
from itsm.monitoring import actions
from itsm.monitoring.models import Alert
from itsm.monitoring.sources import FIRING, RESOLVED, Signal
from itsm.people.models import User
from tests.monitoring.conftest import Tool

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST = timedelta(0)


def hear(tool: Tool, status: str, after: timedelta, **more: Any) -> None:
    signal = Signal(
        fingerprint="f",
        status=status,
        title="Checkout is down",
        service="checkout",
        severity="critical",
        said_at=NOON + after,
        **more,
    )
    with time_machine.travel(NOON + after, tick=False):
        actions.record_signals(tool.source, signals=[signal], now=NOON + after)


def names() -> list[str]:
    return list(
        Event.objects.filter(subject_type="alert").order_by("id").values_list("name", flat=True)
    )


def test_an_alert_clears_once_its_recovery_has_held(tool_of: Callable[..., Tool]) -> None:
    tool = tool_of("alertmanager", recovery_hold=timedelta(minutes=2))
    hear(tool, FIRING, FIRST)
    hear(tool, RESOLVED, timedelta(minutes=5))
    waiting = Incident.objects.get().state

    actions.settle_waiting(now=NOON + timedelta(minutes=6))
    early = Alert.objects.get().status
    actions.settle_waiting(now=NOON + timedelta(minutes=8))
    actions.settle_waiting(now=NOON + timedelta(minutes=8))

    assert (waiting, early) == ("new", "recovering")
    assert Alert.objects.get().status == "resolved"
    assert Incident.objects.get().state == "resolved"
    assert names() == ["alert.fired", "alert.cleared"]


def test_an_alert_that_flaps_keeps_its_incident_until_it_is_steady(alertmanager: Tool) -> None:
    for turn in range(4):
        hear(alertmanager, FIRING, timedelta(minutes=turn * 2))
        hear(alertmanager, RESOLVED, timedelta(minutes=turn * 2 + 1))
    flapping, kept = Alert.objects.get().status, Incident.objects.get().phase

    actions.settle_waiting(now=NOON + timedelta(minutes=30))

    assert (flapping, kept) == ("flapping", "active")
    assert Alert.objects.get().status == "resolved"
    assert Incident.objects.get().state == "resolved"


def test_an_alert_nobody_hears_of_expires_but_has_not_recovered(
    tool_of: Callable[..., Tool],
) -> None:
    tool = tool_of("alertmanager", stale_after=timedelta(hours=1))
    hear(tool, FIRING, FIRST)

    actions.expire_stale(now=NOON + timedelta(minutes=59))
    early = Alert.objects.get().status
    actions.expire_stale(now=NOON + timedelta(minutes=61))
    actions.expire_stale(now=NOON + timedelta(minutes=61))

    assert (early, Alert.objects.get().status) == ("firing", "expired")
    assert Incident.objects.get().state == "new"
    assert names() == ["alert.fired", "alert.expired"]


def test_an_expired_alert_that_is_heard_of_again_fires(tool_of: Callable[..., Tool]) -> None:
    tool = tool_of("alertmanager", stale_after=timedelta(hours=1))
    hear(tool, FIRING, FIRST)
    actions.expire_stale(now=NOON + timedelta(hours=2))

    hear(tool, FIRING, timedelta(hours=3))

    assert Alert.objects.get().status == "firing"
    assert Incident.objects.count() == 1


def test_an_alert_of_a_tool_that_never_resolves_clears_when_it_is_quiet(
    tool_of: Callable[..., Tool],
) -> None:
    tool = tool_of("splunk")
    hear(tool, FIRING, FIRST)
    hear(tool, FIRING, timedelta(minutes=20))

    actions.resolve_quiet(now=NOON + timedelta(minutes=49))
    early = Alert.objects.get().status
    actions.resolve_quiet(now=NOON + timedelta(minutes=51))
    actions.resolve_quiet(now=NOON + timedelta(minutes=51))

    assert early == "firing"
    assert Alert.objects.get().status == "resolved"
    assert Incident.objects.get().state == "resolved"
    hear(tool, FIRING, timedelta(minutes=55))
    assert Incident.objects.get().phase == "active"


def test_a_source_may_leave_resolving_to_people(tool_of: Callable[..., Tool]) -> None:
    tool = tool_of("alertmanager", resolve_incidents=False)
    hear(tool, FIRING, FIRST)

    hear(tool, RESOLVED, timedelta(minutes=5))

    assert Alert.objects.get().status == "resolved"
    assert Incident.objects.get().state == "new"


def test_an_alert_that_returns_reopens_its_incident(alertmanager: Tool) -> None:
    hear(alertmanager, FIRING, FIRST)
    hear(alertmanager, RESOLVED, timedelta(minutes=5))

    hear(alertmanager, FIRING, timedelta(minutes=10))

    incident = Incident.objects.get()
    assert (incident.phase, incident.reopen_count) == ("active", 1)
    assert Alert.objects.get().occurrence == 2


def test_an_alert_that_returns_after_its_window_gets_an_incident_of_its_own(
    alertmanager: Tool,
) -> None:
    hear(alertmanager, FIRING, FIRST)
    hear(alertmanager, RESOLVED, timedelta(minutes=5))

    hear(alertmanager, FIRING, timedelta(minutes=25))

    assert sorted(Incident.objects.values_list("state", flat=True)) == ["new", "resolved"]


def test_an_agent_acknowledges_an_alert_and_with_it_the_incident(
    alertmanager: Tool, alice: User
) -> None:
    hear(alertmanager, FIRING, FIRST)

    alert = actions.acknowledge(alert=Alert.objects.get(), actor=alice)

    assert (alert.status, alert.acked_by) == ("acked", "alice")
    assert Incident.objects.get().acknowledged_by == alice


def test_an_alert_is_acknowledged_once(alertmanager: Tool, alice: User, bob: User) -> None:
    hear(alertmanager, FIRING, FIRST)
    actions.acknowledge(alert=Alert.objects.get(), actor=alice)

    with pytest.raises(Refused):
        actions.acknowledge(alert=Alert.objects.get(), actor=bob)


def test_an_end_user_acknowledges_nothing(alertmanager: Tool, charlie: User) -> None:
    hear(alertmanager, FIRING, FIRST)

    with pytest.raises(NotAllowed):
        actions.acknowledge(alert=Alert.objects.get(), actor=charlie)


def test_what_a_source_names_is_registered_as_discovered(alertmanager: Tool) -> None:
    hear(alertmanager, FIRING, FIRST, component="checkout-1")

    alert = Alert.objects.get()
    assert alert.service is not None
    assert alert.configuration_item is not None
    assert (alert.service.name, alert.service.status) == ("checkout", "discovered")
    assert alert.configuration_item.service == alert.service


def test_a_source_may_be_kept_from_registering_what_it_names(
    tool_of: Callable[..., Tool],
) -> None:
    hear(tool_of("alertmanager", discovers=False), FIRING, FIRST, component="checkout-1")

    alert = Alert.objects.get()
    assert (alert.service, alert.configuration_item) == (None, None)
    assert alert.incident is not None
