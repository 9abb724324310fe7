"""Buttons in Slack: who may approve does, signed and in time; everybody else is told why not."""

import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from changes.actions import submit
from changes.models import Change
from incidents.models import Incident
from itsm.approvals.models import Approval
from itsm.core import http
from itsm.core.delivery import deliver_owed
from itsm.monitoring.actions import create_source
from itsm.monitoring.models import Alert
from itsm.notifications.models import ChatApp, ChatReply
from itsm.people.models import User
from itsm.people.roles import Role
from tests.factories import ChangeFactory, IncidentFactory, ServiceFactory, UserFactory
from tests.integrations.payloads import SHARED, payloads_in

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
        members={"U0EXAMPLE1": "alice", "U0EXAMPLE2": "bob", "U0EXAMPLE3": "charlie"},
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


def post(
    body: str, *, secret: str = SECRET, age: int = 0, content_type: str = "", at: int = 0
) -> Any:
    moment = str((at or int(timezone.now().timestamp())) - age)
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
    ("secret", "age"), [("guessed", 0), ("", 0), (SECRET, 301), (SECRET, -301)]
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


def test_a_press_says_that_somebody_is_on_it(alice: User, sent: list[tuple[str, str]]) -> None:
    incident = IncidentFactory()

    post(pressed(incident.number, action="incident_ack"))
    post(pressed(incident.number, action="incident_ack", member="U0EXAMPLE2"))
    post(pressed(incident.number, action="incident_ack", member="U0STRANGER"))
    deliver_owed()

    incident.refresh_from_db()
    assert incident.acknowledged_by == alice
    assert [text for _address, text in sent] == [
        f"You acknowledged {incident.number}.",
        f"{incident.number} is acknowledged already.",
        "Nobody said who you are here: an administrator can, in the app's members.",
    ]


def test_an_alert_is_acknowledged_too(alice: User) -> None:
    source, token = create_source(kind="generic", name="Any", actor=None)
    Client().post(
        f"/hooks/{source.slug}/",
        {"title": "Disk full", "severity": "high"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    alert = Alert.objects.get()

    post(pressed(str(alert.pk), action="alert_ack"))

    alert.refresh_from_db()
    assert (alert.status, alert.acked_by) == ("acked", "alice")


def command(text: str, *, member: str = "U0EXAMPLE1") -> str:
    return urlencode({"command": "/incident", "text": text, "user_id": member, "token": "old"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("new P2 checkout Payment page is slow", ("Payment page is slow", "checkout", 2)),
        ("NEW  p1   checkout", ("checkout", "checkout", 1)),
        ("open Printer <b>burns</b>", ("Printer <b>burns</b>", None, 3)),
    ],
)
def test_a_command_opens_an_incident(
    alice: User, text: str, expected: tuple[str, str | None, int]
) -> None:
    ServiceFactory(name="checkout", title="")

    answer = post(command(text))

    made = Incident.objects.get()
    assert (made.title, made.service and made.service.name, made.priority) == expected
    assert (made.opened_by, made.source) == (alice, "chat")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "response_type": "ephemeral",
            "text": f"You opened {made.number}, P{made.priority}.",
        },
    )


def test_a_command_that_is_sent_again_opens_nothing_more() -> None:
    body, moment = command("new P2 Slow"), int(timezone.now().timestamp())

    first, again = post(body, at=moment), post(body, at=moment)
    later = post(body, at=moment + 1)

    assert first.json() == again.json() != later.json()
    assert Incident.objects.count() == 2
    assert post(body, age=301).status_code == post(body, secret="guessed").status_code == 404
    assert Incident.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "member", "said"),
    [
        ("ack {number}", "U0EXAMPLE1", "You acknowledged {number}."),
        ("ack INC-999999", "U0EXAMPLE1", "There is no INC-999999."),
        ("ack alert 999999", "U0EXAMPLE1", "There is no such alert."),
        ("ack {number}", "U0EXAMPLE3", "You may not acknowledge {number}."),
        ("ack {number}", "U0STRANGER", "Nobody said who you are here: "),
        ("new", "U0EXAMPLE1", "Say in a few words what is wrong."),
        ("dance", "U0EXAMPLE1", "Say “new P2 checkout"),
        ("", "U0EXAMPLE1", "Say “new P2 checkout"),
    ],
)
def test_a_command_is_answered_in_a_sentence(text: str, member: str, said: str) -> None:
    number = IncidentFactory(caller=UserFactory(username="charlie")).number

    answer = post(command(text.format(number=number), member=member))

    assert answer.status_code == 200
    assert answer.json()["text"].startswith(said.format(number=number))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared payloads are not at hand")
class TestTheCaptured:
    """The very bytes and signatures, at the moment they were signed."""

    def answer_to(self, name: str) -> Any:
        (found,) = [each for each in payloads_in(SHARED / "slack") if each.event == name]
        with time_machine.travel(datetime.fromtimestamp(1795375553, UTC), tick=False):
            return Client().post(
                "/hooks/slack/",
                data=found.body,
                content_type=found.content_type,
                headers=found.headers,
            )

    def test_press_acknowledges_as_the_member(self, alice: User) -> None:
        incident = IncidentFactory(number="INC-000007")

        assert self.answer_to("01-block-actions-acknowledge").status_code == 200

        incident.refresh_from_db()
        assert incident.acknowledged_by == alice

    def test_press_approves_what_it_names(self, change: Change) -> None:
        Change.objects.filter(pk=change.pk).update(number="CHG-000008")

        assert self.answer_to("02-block-actions-approve-change").status_code == 200

        assert state_of(change) == "approved"

    def test_command_opens_what_it_says(self) -> None:
        ServiceFactory(name="checkout")

        answer = self.answer_to("03-slash-command")

        made = Incident.objects.get()
        assert (made.title, made.priority) == ("Payment page is slow", 2)
        assert made.number in answer.json()["text"]

    def test_challenge_comes_back(self) -> None:
        answer = self.answer_to("04-url-verification")

        assert answer.json()["challenge"].startswith("3eZbrw1aBm2r")
