"""Buttons in Slack: who may approve does, signed and in time; everybody else is told why not."""

import hmac
import json
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from changes.actions import submit
from changes.models import Change
from itsm.approvals.models import Approval
from itsm.core import http
from itsm.core.delivery import deliver_owed
from itsm.notifications.models import ChatApp, ChatReply
from itsm.people.models import User
from itsm.people.roles import Role
from tests.factories import ChangeFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "test-webhook-secret"
REPLY = "https://hooks.slack.com/actions/T0EXAMPLE/1/abc"


@pytest.fixture
def alice() -> User:
    return UserFactory(username="alice", role=Role.AGENT)


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob", role=Role.AGENT)


@pytest.fixture
def change(bob: User) -> Change:
    found: Change = submit(ChangeFactory(opened_by=bob), actor=bob)
    return found


@pytest.fixture(autouse=True)
def app(alice: User, bob: User) -> ChatApp:
    return ChatApp.objects.create(
        name="Slack",
        slug="slack",
        signing_secret=SECRET,
        members={"U0EXAMPLE1": "alice", "U0EXAMPLE2": "bob"},
    )


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def call(_method: str, url: str, **how: Any) -> httpx.Response:
        found.append((url, how["json"]["text"]))
        return httpx.Response(200)

    monkeypatch.setattr(http, "call", call)
    return found


def pressed(number: str, *, member: str = "U0EXAMPLE1", action: str = "change_approve") -> str:
    payload = {
        "type": "block_actions",
        "user": {"id": member},
        "response_url": REPLY,
        "actions": [{"type": "button", "action_id": action, "value": number}],
    }
    return urlencode({"payload": json.dumps(payload)})


def post(body: str, *, secret: str = SECRET, age: int = 0, content_type: str = "") -> Any:
    moment = str(int(timezone.now().timestamp()) - age)
    signed = f"v0:{moment}:{body}".encode()
    return Client().post(
        "/hooks/slack/",
        data=body,
        content_type=content_type or "application/x-www-form-urlencoded",
        headers={
            "X-Slack-Request-Timestamp": moment,
            "X-Slack-Signature": "v0=" + hmac.new(secret.encode(), signed, "sha256").hexdigest(),
        },
    )


def state_of(change: Change) -> str:
    return Approval.objects.get(ticket=change.pk, purpose="assess").state


def test_who_is_asked_approves_by_a_button(change: Change, sent: list[tuple[str, str]]) -> None:
    answer = post(pressed(change.number))
    deliver_owed()

    assert answer.status_code == 200
    assert state_of(change) == "approved"
    assert sent == [(REPLY, f"You approved {change.number}.")]
    assert not ChatReply.objects.exists()


def test_who_asked_for_it_does_not_approve_it(change: Change, sent: list[tuple[str, str]]) -> None:
    answer = post(pressed(change.number, member="U0EXAMPLE2"))
    deliver_owed()

    assert answer.status_code == 200
    assert state_of(change) == "requested"
    assert "You are not asked" in sent[0][1]


def test_a_stranger_is_told_that_nobody_knows_him(
    change: Change, sent: list[tuple[str, str]]
) -> None:
    post(pressed(change.number, member="U0STRANGER"))
    deliver_owed()

    assert state_of(change) == "requested"
    assert "Nobody said who you are" in sent[0][1]


def test_a_no_takes_the_change_back(change: Change) -> None:
    post(pressed(change.number, action="change_reject"))

    change.refresh_from_db()
    assert (state_of(change), change.state) == ("rejected", "new")


def test_what_was_shown_must_be_what_is_asked_about(
    change: Change, sent: list[tuple[str, str]]
) -> None:
    post(pressed(f"{change.number}:{'0' * 64}"))
    deliver_owed()
    assert state_of(change) == "requested"
    assert "has changed" in sent[0][1]

    shown = Approval.objects.get(ticket=change.pk).snapshot_hash
    post(pressed(f"{change.number}:{shown}"))
    assert state_of(change) == "approved"


@pytest.mark.parametrize(
    ("secret", "age"),
    # What lies ahead comes nearer while the test runs.
    [("guessed", 0), ("", 0), (SECRET, 301), (SECRET, -360)],
)
def test_what_is_forged_or_old_is_refused(change: Change, secret: str, age: int) -> None:
    answer = post(pressed(change.number), secret=secret, age=age)

    assert answer.status_code == 404
    assert state_of(change) == "requested"


def test_the_same_press_again_counts_once(change: Change) -> None:
    post(pressed(change.number))
    post(pressed(change.number))

    assert Approval.objects.filter(ticket=change.pk, purpose="assess").count() == 1
    assert state_of(change) == "approved"


def test_an_answer_goes_to_no_other_host(change: Change, sent: list[tuple[str, str]]) -> None:
    post(pressed(change.number).replace("hooks.slack.com", "hooks.slack.com.evil.example"))
    deliver_owed()

    assert state_of(change) == "approved"
    assert sent == []


def test_the_address_is_verified() -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"})

    answer = post(body, content_type="application/json")

    assert (answer.status_code, answer.json()) == (200, {"challenge": "abc"})


@pytest.mark.parametrize("body", ["payload=%7B%7D", "payload=7", "x=1", "[]", "{", ""])
def test_rubbish_is_never_an_error(body: str) -> None:
    assert post(body).status_code in (200, 400)
