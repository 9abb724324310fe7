"""Nothing accepted is lost and nothing is told twice, whatever dies meanwhile (P1 to P6)."""

import itertools
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.frame.installation import Installation, wait_until
from tests.loopback import PLAIN

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SERVICES = 20
ALERTS_EACH = 25
# Each dies once: a part that dies again and again is started ever later, and where it starts slowly
# an endless killing would let nothing through.
VICTIMS = ("worker", "web", "valkey", "postgres", "beat")

PREPARE = """
from itsm.inventory.models import Service
from itsm.monitoring.actions import create_source
from itsm.people.actions import join_team
from itsm.people.models import Team, User
admin = User.objects.create_user("dana", role="admin")
team = Team.objects.create(slug="platform", name="Platform")
for name in ("alice", "bob"):
    join_team(user=User.objects.create_user(name, role="agent"), team=team, actor=admin)
for count in range(20):
    Service.objects.create(name=f"service-{count}", owner_team=team)
source, token = create_source(kind="alertmanager", name="Storm", actor=admin)
print(json.dumps({"path": f"/hooks/{source.slug}/", "token": token}))
"""

REPORT = """
from django.db.models import Count
from incidents.models import Incident
from itsm.core.models import Delivery, Event
from itsm.monitoring.models import Alert, ParkedPost
from itsm.notifications.models import Message
opened = Event.objects.filter(name="incident.opened")
told = Message.objects.filter(event__in=opened, channel="inbox")
print(json.dumps({
    "owed": Delivery.objects.count() + ParkedPost.objects.count(),
    "incidents": Incident.objects.count(),
    "alerts": dict(Alert.objects.values_list("fingerprint", "incident__number")),
    "told": sorted(told.values("recipient__username", "ticket__number")
                   .annotate(n=Count("id"))
                   .values_list("recipient__username", "ticket__number", "n")),
}))
"""


def payload(service: int, alert: int) -> dict[str, Any]:
    """One alert as Alertmanager posts it."""
    labels = {"alertname": "Down", "service": f"service-{service}", "severity": "critical"}
    return {
        "version": "4",
        "status": "firing",
        "alerts": [
            {
                "status": "firing",
                "fingerprint": f"{service}-{alert}",
                "labels": {**labels, "pod": f"pod-{service}-{alert}"},
                "annotations": {"summary": f"service-{service} is down"},
                "startsAt": "2026-11-22T19:18:45.209Z",
                "endsAt": "0001-01-01T00:00:00Z",
            }
        ],
    }


def post_until_accepted(client: httpx.Client, door: dict[str, str], body: dict[str, Any]) -> None:
    """Post as a tool does that tries again until it gets a 2xx."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            answer = client.post(
                door["path"], json=body, headers={"Authorization": f"Bearer {door['token']}"}
            )
        except httpx.HTTPError:
            time.sleep(0.2)
            continue
        assert answer.status_code in (202, 500, 502, 503), answer.text
        assert answer.status_code != 500, answer.text
        if answer.status_code == 202:
            return
        time.sleep(0.2)
    pytest.fail("The post was never accepted.")


def send_all(
    installation: Installation,
    door: dict[str, str],
    share: list[dict[str, Any]],
    refused: list[BaseException],
) -> None:
    """Post a share of the alerts one by one; what goes wrong is told in the main thread."""
    try:
        with httpx.Client(base_url=installation.address, timeout=15, verify=PLAIN) as client:
            for body in share:
                post_until_accepted(client, door, body)
                time.sleep(0.02)
    except BaseException as error:
        refused.append(error)


def kill_in_turn(installation: Installation, *, while_true: Callable[[], bool]) -> None:
    """Kill one part after the other, one every two seconds."""
    for victim in VICTIMS:
        time.sleep(2.0)
        if not while_true():
            return
        if installation.pid_of(victim):
            installation.kill(victim)


def test_no_accepted_alert_and_no_notification_is_lost_or_doubled_while_everything_dies(
    install: Callable[..., Installation],
):
    installation = install()
    installation.start()
    wait_until(installation.is_ready, within=60)
    door = installation.ask(PREPARE)
    bodies = [payload(*pair) for pair in itertools.product(range(SERVICES), range(ALERTS_EACH))]
    shares = [bodies[start::4] for start in range(4)]
    refused: list[BaseException] = []

    senders = [
        threading.Thread(target=send_all, args=(installation, door, share, refused))
        for share in shares
    ]
    for sender in senders:
        sender.start()
    kill_in_turn(installation, while_true=lambda: any(each.is_alive() for each in senders))
    for sender in senders:
        sender.join()
    assert refused == [], installation.said()

    wait_until(installation.is_ready, within=90)
    wait_until(lambda: installation.ask(REPORT)["owed"] == 0, within=90)
    report = installation.ask(REPORT)
    assert report["incidents"] == SERVICES
    assert set(report["alerts"]) == {body["alerts"][0]["fingerprint"] for body in bodies}
    assert None not in report["alerts"].values()
    numbers = set(report["alerts"].values())
    assert len(numbers) == SERVICES
    assert report["told"] == sorted(
        [name, number, 1] for name in ("alice", "bob") for number in numbers
    )
