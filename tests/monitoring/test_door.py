"""What the door for monitoring tools lets in, and what it answers to rubbish."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client

from incidents.models import Incident
from itsm.monitoring import actions
from itsm.monitoring.models import Alert, DeadLetter, ParkedPost
from tests.monitoring.conftest import Tool

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "a-secret-for-signatures"


def alert(**changes: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {"alertname": "Down", "service": "checkout", "severity": "critical"},
        "annotations": {"summary": "Checkout is down"},
        "startsAt": "2026-11-22T12:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "f1",
        **changes,
    }


def post_of(*alerts: Any, **more: Any) -> bytes:
    return json.dumps({"version": "4", "groupKey": "g", "alerts": list(alerts), **more}).encode()


ONE = post_of(alert())


def signature(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_the_answer_says_what_became_of_each_alert(alertmanager: Tool) -> None:
    answer = alertmanager.post(ONE)

    number = Incident.objects.get().number
    assert answer.status_code == 202
    assert answer.json() == {
        "status": "accepted",
        "accepted": 1,
        "number": number,
        "url": f"http://127.0.0.1:8000/incidents/{number}/",
        "alerts": [{"fingerprint": "f1", "status": "firing", "incident": number}],
    }


def test_a_post_without_alerts_is_accepted(alertmanager: Tool) -> None:
    answer = alertmanager.post(post_of())

    assert (answer.status_code, answer.json()["accepted"]) == (202, 0)


WAYS: dict[str, Callable[[str], tuple[str, dict[str, str]]]] = {
    "bearer": lambda token: ("", {"Authorization": f"Bearer {token}"}),
    "bearer in capitals": lambda token: ("", {"Authorization": f"BEARER {token}"}),
    "token": lambda token: ("", {"Authorization": f"Token {token}"}),
    "basic": lambda token: (
        "",
        {"Authorization": f"Basic {base64.b64encode(f'any:{token}'.encode()).decode()}"},
    ),
    "header": lambda token: ("", {"X-Api-Key": token}),
    "query": lambda token: (f"?token={token}", {}),
    "path": lambda token: (f"{token}/", {}),
    "path without slash": lambda token: (f"{token}", {}),
    "prometheus": lambda token: ("api/v2/alerts", {"Authorization": f"Bearer {token}"}),
    "prometheus and path": lambda token: (f"{token}/api/v2/alerts", {}),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_tool_may_show_its_token_where_it_can(tool_of: Callable[..., Tool], way: str) -> None:
    tool = tool_of("alertmanager", header_name="X-Api-Key")
    suffix, headers = WAYS[way](tool.token)

    answer = tool.post(ONE, path=f"/hooks/alertmanager/{suffix}", headers=headers)

    assert answer.status_code == 202


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_token_is_answered_as_an_unknown_source_is(
    tool_of: Callable[..., Tool], way: str
) -> None:
    tool = tool_of("alertmanager", header_name="X-Api-Key")
    suffix, headers = WAYS[way](tool.token[:-1] + "x")

    wrong = tool.post(ONE, path=f"/hooks/alertmanager/{suffix}", headers=headers)
    unknown = tool.post(ONE, path=f"/hooks/nothing/{suffix}", headers=headers)

    assert wrong.status_code == unknown.status_code == 404
    assert wrong.content == unknown.content
    assert wrong["Content-Type"] == "application/problem+json"
    assert Alert.objects.count() == DeadLetter.objects.count() == 0


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Basic", "Basic %%%", "Basic 4pyT"]
)
def test_no_token_at_all_is_no_token(alertmanager: Tool, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}

    answer = alertmanager.post(ONE, headers=headers)

    assert answer.status_code == 404


def test_a_source_that_was_switched_off_is_unknown(tool_of: Callable[..., Tool]) -> None:
    tool = tool_of("alertmanager", is_active=False)

    assert tool.post(ONE).status_code == 404


def test_the_token_before_a_rotation_is_worth_nothing(alertmanager: Tool) -> None:
    fresh = actions.rotate_token(source=alertmanager.source, actor=None)

    assert alertmanager.post(ONE).status_code == 404
    alertmanager.token = fresh
    assert alertmanager.post(ONE).status_code == 202


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("X-Grafana-Alerting-Signature", ""), ("X-Hub-Signature-256", "sha256=")],
)
def test_a_signature_is_as_good_as_a_token(
    tool_of: Callable[..., Tool], name: str, prefix: str
) -> None:
    tool = tool_of("grafana", hmac_secret=SECRET)

    right = tool.post(ONE, headers={name: prefix + signature(ONE)})
    wrong = tool.post(ONE, headers={name: prefix + signature(ONE + b" ")})

    assert (right.status_code, wrong.status_code) == (202, 404)


def test_a_wrong_signature_is_refused_although_the_token_is_right(
    tool_of: Callable[..., Tool],
) -> None:
    tool = tool_of("grafana", hmac_secret=SECRET)
    headers = {
        "Authorization": f"Bearer {tool.token}",
        "X-Grafana-Alerting-Signature": signature(b"other"),
    }

    assert tool.post(ONE, headers=headers).status_code == 404


def test_an_empty_secret_signs_nothing(tool_of: Callable[..., Tool]) -> None:
    """P30."""
    tool = tool_of("grafana")

    answer = tool.post(ONE, headers={"X-Grafana-Alerting-Signature": signature(ONE, "")})

    assert answer.status_code == 404


@pytest.mark.parametrize(("age", "status"), [(0, 202), (299, 202), (301, 404), (-301, 404)])
def test_a_signed_time_holds_for_five_minutes(
    tool_of: Callable[..., Tool], age: int, status: int
) -> None:
    """P30."""
    tool = tool_of("grafana", hmac_secret=SECRET)
    sent = str(int((NOON - timedelta(seconds=age)).timestamp()))
    headers = {
        "X-Grafana-Alerting-Signature": signature(sent.encode() + b":" + ONE),
        "X-Grafana-Alerting-Signature-Timestamp": sent,
    }

    with time_machine.travel(NOON, tick=False):
        answer = tool.post(ONE, headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_only_posts_are_taken_in(alertmanager: Tool, method: str) -> None:
    answer = getattr(Client(), method)("/hooks/alertmanager/")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/hooks/alertmanager", "/hooks/alertmanager/"])
def test_no_address_redirects(alertmanager: Tool, path: str) -> None:
    assert alertmanager.post(ONE, path=path).status_code == 202


def test_a_database_that_is_away_asks_the_tool_to_come_back(
    alertmanager: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P8, P17."""

    def away(*_args: object, **_options: object) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr("itsm.monitoring.actions.receiving.record_signals", away)

    answer = alertmanager.post(ONE)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert ParkedPost.objects.count() == 0


def test_what_is_compressed_in_another_way_is_refused_in_so_many_words(alertmanager: Tool) -> None:
    answer = Client().post(
        f"/hooks/{alertmanager.source.slug}/",
        data=b"\x1f\x8b\x08",
        content_type="application/json",
        headers={"Authorization": f"Bearer {alertmanager.token}", "Content-Encoding": "br"},
    )

    assert (answer.status_code, DeadLetter.objects.count()) == (415, 0)
