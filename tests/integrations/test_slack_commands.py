"""Slack: who is on it, and what is reported there, by a button and by the slash command."""

import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from changes.actions import submit
from incidents.models import Incident
from itsm.approvals.models import Approval
from itsm.monitoring.actions import create_source, record_signals
from itsm.monitoring.models import Alert
from itsm.monitoring.sources import Signal
from itsm.notifications.models import ChatApp, ChatReply
from itsm.people.models import User
from itsm.people.roles import Role
from tests.factories import ChangeFactory, IncidentFactory, ServiceFactory, UserFactory
from tests.integrations.payloads import SHARED, payloads_in

pytestmark = pytest.mark.django_db

SECRET = "test-webhook-secret"
REPLY = "https://hooks.slack.com/actions/T0EXAMPLE/1/abc"


@pytest.fixture(autouse=True)
def alice() -> User:
    members = {"U0EXAMPLE1": "alice", "U0EXAMPLE2": "bob", "U0EXAMPLE3": "charlie"}
    ChatApp.objects.create(name="Slack", slug="slack", signing_secret=SECRET, members=members)
    UserFactory(username="bob", role=Role.AGENT)
    return UserFactory(username="alice", role=Role.AGENT)


def pressed(value: str, *, action: str, member: str = "U0EXAMPLE1") -> str:
    payload = {
        "type": "block_actions",
        "user": {"id": member},
        "response_url": REPLY,
        "actions": [{"type": "button", "action_id": action, "value": value}],
    }
    return urlencode({"payload": json.dumps(payload)})


def command(text: str, *, member: str = "U0EXAMPLE1") -> str:
    return urlencode({"command": "/incident", "text": text, "user_id": member, "token": "old"})


def post(body: str, *, secret: str = SECRET, age: int = 0, at: int = 0) -> Any:
    moment = str((at or int(timezone.now().timestamp())) - age)
    signed = f"v0:{moment}:{body}".encode()
    return Client().post(
        "/hooks/slack/",
        data=body,
        content_type="application/x-www-form-urlencoded",
        headers={
            "X-Slack-Request-Timestamp": moment,
            "X-Slack-Signature": "v0=" + hmac.new(secret.encode(), signed, "sha256").hexdigest(),
        },
    )


def test_a_press_says_that_somebody_is_on_it(alice: User) -> None:
    incident = IncidentFactory()

    post(pressed(incident.number, action="incident_ack"))
    post(pressed(incident.number, action="incident_ack", member="U0EXAMPLE2"))
    post(pressed(incident.number, action="incident_ack", member="U0STRANGER"))

    incident.refresh_from_db()
    assert incident.acknowledged_by == alice
    assert list(ChatReply.objects.order_by("pk").values_list("text", flat=True)) == [
        f"You acknowledged {incident.number}.",
        f"{incident.number} is acknowledged already.",
        "Nobody said who you are here: an administrator can, in the app's members.",
    ]


def test_an_alert_is_acknowledged_too(alice: User) -> None:
    source, _token = create_source(kind="alertmanager", name="Prometheus", actor=None)
    signal = Signal(fingerprint="a", status="firing", title="Disk", severity="high")
    record_signals(source, signals=[signal], now=timezone.now())
    alert = Alert.objects.get()

    post(pressed(str(alert.pk), action="alert_ack"))

    alert.refresh_from_db()
    assert (alert.status, alert.acked_by) == ("acked", "alice")


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

    def test_press_approves_what_it_names(self, alice: User) -> None:
        bob = User.objects.get(username="bob")
        submit(ChangeFactory(number="CHG-000008", opened_by=bob), actor=bob)

        assert self.answer_to("02-block-actions-approve-change").status_code == 200

        assert Approval.objects.get(purpose="assess").state == "approved"

    def test_command_opens_what_it_says(self) -> None:
        ServiceFactory(name="checkout")

        answer = self.answer_to("03-slash-command")

        made = Incident.objects.get()
        assert (made.title, made.priority) == ("Payment page is slow", 2)
        assert made.number in answer.json()["text"]

    def test_challenge_comes_back(self) -> None:
        answer = self.answer_to("04-url-verification")

        assert answer.json()["challenge"].startswith("3eZbrw1aBm2r")
