"""A hundred flaps, posted as a tool posts them: few runs, one incident, one page."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from incidents.models import Incident
from itsm.automation.actions import working
from itsm.automation.models import Run, RunBudget
from itsm.core.delivery import deliver_owed
from itsm.notifications.models import Message
from itsm.people.models import Team, User
from tests.automation.conftest import WriteRule, write_rule
from tests.factories import ConfigurationItemFactory, ServiceFactory
from tests.monitoring.conftest import Tool, tool_of
from tests.runbooks import peers
from tests.runbooks.conftest import Write
from tests.runbooks.peers import Peer

pytestmark = pytest.mark.django_db
__all__ = ["tool_of", "write_rule"]  # pytest finds them here

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
ALLOWED = 2  # runs an hour
RESTART = """
target: "{host}"
parameters: [{name: host, type: host, required: true}]
steps:
  - {use: http, with: {address: "%s/restart", body: {host: "{host}"}}}
"""


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    """What is restarted."""
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]
    with peers.peer() as found:
        yield found


def test_a_hundred_flaps_give_no_more_runs_than_the_budget_and_one_page(
    tool_of: Callable[..., Tool],
    write: Write,
    write_rule: WriteRule,
    peer: Peer,
    platform: Team,
    alice: User,
) -> None:
    platform.assignment = Team.Assignment.LEAD
    platform.save()
    shop = ServiceFactory(name="shop", tier=2, owner_team=platform)
    ConfigurationItemFactory(name="web-1", service=shop)
    RunBudget.objects.create(tier=2, runs_an_hour=ALLOWED)
    write(RESTART % peer.address, policy="auto", cooldown=timedelta(0), is_mutating=False)
    write_rule(
        events=["incident.opened", "incident.reopened", "alert.fired", "alert.reopened"],
        steps=[{"verb": "run_runbook", "values": {"runbook": "restart"}}],
    )
    tool = tool_of("alertmanager")

    with time_machine.travel(NOON, tick=False) as clock:
        for _flap in range(100):
            for status in ("firing", "resolved"):
                answer = tool.post({"version": "4", "alerts": [alert(status)]})
                assert answer.status_code == 202
                clock.shift(timedelta(seconds=5))
                if status == "firing":
                    deliver_owed()
                    working.run_owed()
                    clock.shift(timedelta(seconds=5))

    incident = Incident.objects.get()
    pages = Message.objects.filter(recipient=alice, channel="email", status="sent")
    assert [each.event.name for each in pages.filter(ticket=incident.pk)] == ["incident.opened"]
    assert len(peer.asked) == ALLOWED
    states = Run.objects.order_by("pk").values_list("state", "obstacle")
    assert list(states) == [("verified", ""), ("verified", ""), ("blocked", "budget")]


def alert(status: str) -> dict[str, Any]:
    """The alert as Alertmanager says it fires, or is over."""
    now = datetime.now(UTC).isoformat()
    return {
        "status": status,
        "labels": {"alertname": "Down", "service": "shop", "instance": "web-1"},
        "annotations": {"summary": "The shop is down"},
        "startsAt": now,
        "endsAt": now if status == "resolved" else "0001-01-01T00:00:00Z",
        "fingerprint": "f1",
    }
