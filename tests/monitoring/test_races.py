"""What comes at the same instant: one incident for one outage, and nothing lost."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from incidents.models import Incident
from itsm.monitoring import actions, ledger
from itsm.monitoring.models import Alert, ParkedPost
from tests.monitoring.conftest import Tool

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tool_of(transactional_db: None) -> Callable[..., Tool]:
    """A maker of tools whose posts are really committed."""

    def make(kind: str, name: str = "", **settings: Any) -> Tool:
        made = actions.create_source(kind=kind, name=name or kind, actor=None, settings=settings)
        return Tool(*made)

    return make


def body_of(*fingerprints: str, status: str = "firing") -> bytes:
    end = "0001-01-01T00:00:00Z" if status == "firing" else "2026-11-22T12:05:00Z"
    return json.dumps(
        {
            "alerts": [
                {
                    "status": status,
                    "labels": {"service": "checkout", "severity": "critical", "pod": each},
                    "annotations": {"summary": f"{each} is down"},
                    "startsAt": "2026-11-22T12:00:00Z",
                    "endsAt": end,
                    "fingerprint": each,
                }
                for each in fingerprints
            ]
        }
    ).encode()


def all_at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make the calls in threads that start together; their answers."""
    start = threading.Barrier(len(calls))
    answers: list[Any] = []

    def run(call: Callable[[], Any]) -> None:
        start.wait()
        try:
            answers.append(call())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def take_in_the_rest() -> None:
    ParkedPost.objects.update(due_at=timezone.now())
    actions.take_in_parked(now=timezone.now())


def test_the_same_post_from_32_threads_is_one_incident_and_32_mentions(
    tool_of: Callable[..., Tool],
) -> None:
    """P2."""
    tool = tool_of("alertmanager")
    source, body = tool.source, body_of("a")

    answers = all_at_once(*[lambda: Tool(source, tool.token).post(body)] * 32)
    take_in_the_rest()

    alert = Alert.objects.get()
    assert [each.status_code for each in answers] == [202] * 32
    assert alert.count == 32
    assert [each.pk for each in Incident.objects.all()] == [alert.incident_id]


def test_two_sources_that_see_one_outage_at_once_open_one_incident(
    tool_of: Callable[..., Tool],
) -> None:
    """P2."""
    tools = [tool_of("alertmanager", f"Prometheus {number}") for number in range(8)]

    def poster(tool: Tool) -> Callable[[], Any]:
        return lambda: tool.post(body_of("a", "b"))

    answers = all_at_once(*map(poster, tools))
    take_in_the_rest()

    assert {each.status_code for each in answers} == {202}
    assert Alert.objects.count() == 16
    assert Incident.objects.get().alerts.count() == 16


def test_posts_that_overlap_in_any_order_lose_nothing(tool_of: Callable[..., Tool]) -> None:
    """P1."""
    tool = tool_of("alertmanager")
    names = [f"pod-{number}" for number in range(12)]

    def poster(number: int) -> Callable[[], Any]:
        turned = names[number:] + names[:number]
        return lambda: Tool(tool.source, tool.token).post(body_of(*turned[:8]))

    answers = all_at_once(*[poster(number) for number in range(12)])
    take_in_the_rest()

    assert {each.status_code for each in answers} == {202}
    assert set(Alert.objects.values_list("count", flat=True)) == {8}
    assert Incident.objects.get().alerts.count() == 12


def test_an_end_and_a_beginning_at_once_leave_no_alert_in_a_resolved_incident(
    tool_of: Callable[..., Tool],
) -> None:
    tool = tool_of("alertmanager")
    tool.post(body_of("a"))

    all_at_once(
        lambda: Tool(tool.source, tool.token).post(body_of("a", status="resolved")),
        lambda: Tool(tool.source, tool.token).post(body_of("b")),
    )
    take_in_the_rest()

    fresh = Alert.objects.get(fingerprint="b")
    assert fresh.incident is not None
    assert fresh.incident.phase == "new"


def test_a_post_that_gets_no_locks_is_accepted_and_taken_in_later(
    tool_of: Callable[..., Tool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """P1, P3."""
    monkeypatch.setattr(ledger, "PATIENCE", "100ms")
    tool = tool_of("alertmanager")
    tool.post(body_of("a"))
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(Alert.objects.select_for_update())
            held.set()
            done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    answer = tool.post(body_of("a", "b"))
    while_held = actions.take_in_parked(now=timezone.now())
    done.set()
    holder.join()
    take_in_the_rest()
    take_in_the_rest()

    assert (answer.status_code, answer.json()["number"]) == (202, None)
    assert while_held == 0
    assert dict(Alert.objects.values_list("fingerprint", "count")) == {"a": 2, "b": 1}
    assert ParkedPost.objects.count() == 0


def test_a_fault_elsewhere_loses_no_alert_and_leaves_no_half_of_it(
    tool_of: Callable[..., Tool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """P1, P3, P12."""
    tool = tool_of("alertmanager")

    def broken(*_args: object, **_options: object) -> None:
        raise ValueError("a subscriber is broken")

    with monkeypatch.context() as patch:
        patch.setattr("incidents.subscribers.actions.join_or_open", broken)
        answer = tool.post(body_of("a"))
        nothing = Alert.objects.count() + Incident.objects.count()
        actions.take_in_parked(now=timezone.now())
        kept = ParkedPost.objects.get()
    take_in_the_rest()

    assert (answer.status_code, nothing) == (202, 0)
    assert (kept.attempts, kept.error) == (1, "ValueError('a subscriber is broken')")
    assert Incident.objects.get().alerts.get().fingerprint == "a"
