"""Rooms of chats: what they hear, what they never hear, and that a dead one holds up nobody."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from changes.actions import submit
from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.approvals.models import Approval
from itsm.core import delivery
from itsm.notifications import lanes
from itsm.notifications.actions import tell
from itsm.notifications.models import ChatApp, Endpoint, Lane, Message
from itsm.people.models import Team, User
from itsm.tickets.actions import comment
from tests.administration.forms import filled
from tests.factories import ChangeFactory, EndpointFactory, IncidentFactory, ServiceFactory
from tests.screens.conftest import Browser, as_

pytestmark = pytest.mark.django_db
__all__ = ["as_"]


class Sink(ThreadingHTTPServer):
    """A chat that keeps what it is told, and answers as it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heard: list[tuple[dict[str, Any], str]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.hangs = False
        self.over = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    server: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((json.loads(body), self.headers["Idempotency-Key"]))
        if self.server.hangs:
            self.server.over.wait(30)
            return
        status, headers = self.server.answers.pop(0) if self.server.answers else (200, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A chat on this machine."""
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]
    server = Sink()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


def opened(actor: User, title: str = "Checkout errors", **facts: Any) -> Incident:
    report = Report(title=title, **facts)
    incident = actions.open_incident(report=report, actor=actor)
    delivery.deliver_owed()
    return incident


def to_rooms() -> list[Message]:
    return list(Message.objects.filter(endpoint__isnull=False).order_by("pk"))


def test_slack_is_told_in_blocks_that_call_nobody(sink: Sink, alice: User):
    EndpointFactory(kind="slack", address=sink.address)

    incident = opened(
        alice,
        "<!channel> & friends",
        service=ServiceFactory(name="checkout", title="Checkout"),
        impact=1,
        urgency=1,
    )

    ((told, identity),) = sink.heard
    head, words, facts, buttons = told["blocks"]
    assert told["text"] == f"[{incident.number}] &lt;!channel&gt; &amp; friends"
    assert head["text"] == {
        "type": "plain_text",
        "text": f"{incident.number} P1 <!channel> & friends",
    }
    assert words["text"]["text"] == "Alice opened it."
    assert {"type": "mrkdwn", "text": "*Service*\nCheckout"} in facts["fields"]
    assert buttons["elements"][0]["url"].endswith(f"/incidents/{incident.number}/")
    assert identity == f"message-{to_rooms()[0].pk}"


@pytest.mark.parametrize("is_heard", [True, False])
def test_slack_asks_for_approval_with_buttons_where_they_are_heard(
    sink: Sink, alice: User, is_heard: bool
):
    ChatApp.objects.create(name="Slack", slug="slack", signing_secret="s", is_active=is_heard)
    EndpointFactory(kind="slack", address=sink.address, words=["approval_asked"])

    change = submit(ChangeFactory(opened_by=alice), actor=alice)
    delivery.deliver_owed()

    ((told, _identity),) = sink.heard
    shown = Approval.objects.get(ticket=change.pk).snapshot_hash
    presses = {
        each["action_id"]: each["value"]
        for each in told["blocks"][-1]["elements"]
        if "action_id" in each
    }
    value = f"{change.number}:{shown}"
    expected = {"approval_approve": value, "approval_reject": value}
    assert presses == (expected if is_heard else {})


def test_slack_has_a_button_to_say_that_one_is_on_it(sink: Sink, alice: User):
    ChatApp.objects.create(name="Slack", slug="slack", signing_secret="s")
    EndpointFactory(kind="slack", address=sink.address, words=["opened", "assigned"])
    incident = opened(alice)

    actions.assign(incident, actor=alice, assignee=alice)
    delivery.deliver_owed()

    presses = [
        [(each["action_id"], each["value"]) for each in told["blocks"][-1]["elements"][:-1]]
        for told, _identity in sink.heard
    ]
    assert presses == [[("incident_ack", incident.number)], []]


def test_teams_is_told_by_an_adaptive_card(sink: Sink, alice: User):
    EndpointFactory(kind="msteams", address=sink.address)
    sink.answers = [(202, {})]

    incident = opened(alice, "Checkout *errors*")

    ((told, _identity),) = sink.heard
    (card,) = told["attachments"]
    assert told["type"] == "message"
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert card["content"]["version"] == "1.4"
    assert card["content"]["body"][0]["text"].endswith("Checkout \\*errors\\*")
    assert card["content"]["actions"][0]["url"].endswith(f"/incidents/{incident.number}/")
    assert to_rooms()[0].status == "sent"


def test_mattermost_is_told_by_an_attachment_that_calls_nobody(sink: Sink, alice: User):
    EndpointFactory(kind="mattermost", address=sink.address, words=["opened", "commented"])
    incident = opened(alice)
    sink.heard.clear()

    comment(ticket=incident, actor=alice, body="@all look, [here](http://evil.test)")
    delivery.deliver_owed()

    ((told, _identity),) = sink.heard
    (attachment,) = told["attachments"]
    assert "@all" not in json.dumps(told, ensure_ascii=False)
    assert "\\[here\\](http" in attachment["text"]
    assert attachment["title_link"].endswith(f"/incidents/{incident.number}/")


@pytest.mark.parametrize(
    ("facts", "hears"),
    [
        ({}, True),
        ({"team": "own"}, True),
        ({"team": "other"}, False),
        ({"least_priority": 2}, False),
        ({"least_priority": 4}, True),
        ({"words": ["resolved"]}, False),
        ({"is_active": False}, False),
    ],
)
def test_a_room_hears_what_it_was_set_up_for(
    sink: Sink, alice: User, platform: Team, service_desk: Team, facts: Any, hears: bool
):
    teams = {"own": platform, "other": service_desk}
    team = teams.get(facts.get("team", ""))
    EndpointFactory(address=sink.address, **{**facts, "team": team})

    opened(alice, service=ServiceFactory(owner_team=platform), impact=2, urgency=2)

    assert bool(sink.heard) is hears


def test_a_confidential_record_is_told_to_no_room_and_the_log_says_so(
    sink: Sink, alice: User, erin: User
):
    EndpointFactory(address=sink.address, words=["commented"])
    incident = IncidentFactory(assignee=alice, confidential=True)

    comment(ticket=incident, actor=erin, body="The list")
    delivery.deliver_owed()

    assert sink.heard == []
    assert [each.because for each in to_rooms()] == ["confidential"]


def test_what_became_confidential_while_it_waited_is_not_told(sink: Sink, alice: User):
    EndpointFactory(address=sink.address)
    sink.answers = [(503, {})]
    incident = opened(alice)
    type(incident).objects.filter(pk=incident.pk).update(confidential=True)

    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        lanes.wake()

    assert len(sink.heard) == 1
    assert [each.because for each in to_rooms()] == ["confidential"]


def test_a_chat_that_asks_for_a_pause_gets_it_and_then_the_same_message(sink: Sink, alice: User):
    EndpointFactory(address=sink.address)
    sink.answers = [(429, {"Retry-After": "42"})]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        opened(alice)
        clock.shift(41)
        lanes.wake()
        assert len(sink.heard) == 1

        clock.shift(2)
        lanes.wake()

    first, second = sink.heard
    assert first == second
    assert to_rooms()[0].status == "sent"


def test_a_webhook_that_was_revoked_fails_and_says_so(sink: Sink, alice: User):
    EndpointFactory(address=sink.address)
    sink.answers = [(404, {})]

    opened(alice)

    (message,) = to_rooms()
    assert message.status == "failed"
    assert message.detail.startswith("404")


def test_an_event_told_twice_reaches_a_room_once(sink: Sink, alice: User):
    EndpointFactory(address=sink.address)
    incident = opened(alice)
    event = to_rooms()[0].event

    tell(event=event, ticket=incident)
    lanes.wake()

    assert len(sink.heard) == 1


@pytest.mark.django_db(transaction=True)
def test_a_chat_that_hangs_delays_no_mail_and_no_other_chat(
    sink: Sink, alice: User, bob: User, settings: Any
):
    """P13."""
    settings.DOORBELL = True
    sink.hangs = True
    other = Sink()
    threading.Thread(target=other.serve_forever, daemon=True).start()
    EndpointFactory(address=sink.address)
    EndpointFactory(address=other.address)
    opened(alice, service=ServiceFactory(owner_team=alice.memberships.get().team))
    began = time.monotonic()

    wait_for(lambda: sink.heard and mail.outbox)
    wait_for(lambda: [each.status for each in to_rooms()] == ["queued", "sent"])

    # The machine may be busy; what hangs would have held the others up for ten seconds.
    assert other.heard
    assert time.monotonic() - began < 5
    sink.over.set()
    other.shutdown()
    wait_for(lambda: Lane.objects.filter(failures=1).exists())
    wait_for(lambda: not any(each.name.startswith("lane-") for each in threading.enumerate()))


def wait_for(claim: Any) -> None:
    end = time.monotonic() + 10
    while not claim():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_address_of_a_room_is_written_and_never_read_again(as_: Browser, dana: User):
    browser = as_(dana)
    form = "/admin/notifications/endpoint/add/"
    secret = "https://hooks.example.test/services/T000/B000/secret"
    given = {"name": "War room", "kind": "slack", "address": secret, "words": ["opened"]}

    answer = browser.post(form, filled(browser.get(form).context, **given))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    room = Endpoint.objects.get()
    change = f"/admin/notifications/endpoint/{room.pk}/change/"
    page = browser.get(change)
    browser.post(change, filled(page.context, address="", name="Renamed"))

    room.refresh_from_db()
    assert (room.name, room.address) == ("Renamed", secret)
    assert secret.encode() not in page.content
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM notifications_endpoint")
        assert "secret" not in cursor.fetchone()[0]


@pytest.mark.parametrize("address", ["", "x", "http://10.0.0.1/", "file:///etc/passwd", "https://"])
def test_an_address_that_cannot_be_called_is_refused(as_: Browser, dana: User, address: str):
    browser = as_(dana)
    form = "/admin/notifications/endpoint/add/"
    given = {"name": "War room", "kind": "slack", "address": address, "words": ["opened"]}

    answer = browser.post(form, filled(browser.get(form).context, **given))

    assert answer.status_code == 200
    assert "address" in answer.context["adminform"].form.errors
    assert not Endpoint.objects.exists()


def test_a_room_can_be_tried_out_from_the_admin(sink: Sink, as_: Browser, dana: User):
    room = EndpointFactory(address=sink.address)
    sink.answers = [(200, {}), (404, {})]

    said = [admin_action(as_(dana), "endpoint", "try_out", room.pk) for _ in range(2)]

    assert "has heard it" in said[0]
    assert "404" in said[1]


def test_what_failed_can_be_sent_again_from_the_admin(
    sink: Sink, as_: Browser, alice: User, dana: User
):
    EndpointFactory(address=sink.address)
    sink.answers = [(404, {})]
    opened(alice)
    (message,) = to_rooms()

    admin_action(as_(dana), "message", "send_again", message.pk)

    message.refresh_from_db()
    assert message.status == "sent"
    assert len(sink.heard) == 2


def test_an_auditor_reads_the_log_and_sends_nothing_again(
    sink: Sink, as_: Browser, alice: User, audrey: User
):
    EndpointFactory(address=sink.address)
    opened(alice)

    admin_action(as_(audrey), "message", "send_again", to_rooms()[0].pk)

    assert len(sink.heard) == 1


def admin_action(browser: Client, model: str, name: str, pk: int) -> str:
    given = {"action": name, "_selected_action": [pk]}
    answer = browser.post(f"/admin/notifications/{model}/", given, follow=True)
    return answer.content.decode()


def test_staff_see_on_the_record_who_was_told_and_why_not(
    sink: Sink, as_: Browser, alice: User, erin: User, charlie: User, platform: Team
):
    EndpointFactory(address=sink.address, name="War room")
    service = ServiceFactory(owner_team=platform)
    incident = opened(erin, service=service, caller=charlie)
    comment(ticket=incident, actor=charlie, body="Hello?")
    delivery.deliver_owed()

    page = as_(alice).get(f"/incidents/{incident.number}/").content.decode()

    assert "Who was told" in page
    assert "War room" in page
    assert "Did it themselves" in page
