"""Programs are told of what they asked for: signed, once, again until they answer."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from incidents.actions import open_incident
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.automation.actions.keeping import save_rule
from itsm.core import http
from itsm.core.delivery import deliver_owed
from itsm.core.models import Event, Interest
from itsm.notifications import actions, lanes
from itsm.notifications.models import Lane, Message, WebhookCall, WebhookEndpoint
from itsm.notifications.signing import headers_for, is_secret, new_secret
from itsm.people.models import Team, User
from tests.administration.forms import filled
from tests.factories import WebhookFactory

pytestmark = pytest.mark.django_db
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Program:
    """Somebody's program: it keeps what is posted, and answers as it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str], str]] = []
        self.answers: list[Any] = []

    def call(self, _method: str, url: str, **given: Any) -> httpx.Response:
        self.heard.append((url, dict(given["headers"]), given["content"].decode()))
        answer = self.answers.pop(0) if self.answers else httpx.Response(204)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Program:
    """What answers at the other end, in place of the network."""
    found = Program()
    monkeypatch.setattr(http, "call", found.call)
    return found


@pytest.fixture
def hook() -> Callable[..., WebhookEndpoint]:
    """Set a webhook up."""

    def made(**given: Any) -> WebhookEndpoint:
        endpoint: WebhookEndpoint = WebhookFactory(**given)
        actions.listen()
        return endpoint

    return made


def report(alice: User, **more: Any) -> Incident:
    incident = open_incident(report=Report(title="Checkout is slow", **more), actor=alice)
    deliver_owed()
    return incident


def test_the_signature_is_that_of_the_standard():
    headers = headers_for(
        identity="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=1614265330,
        body='{"test": 2432232314}',
        secret=SECRET,
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert is_secret(new_secret())
    assert not is_secret("whsec_c2hvcnQ=")


def test_a_program_is_told_once_and_signed(
    alice: User, program: Program, hook: Callable[..., WebhookEndpoint]
):
    hook()

    incident = report(alice)
    actions.queue_calls(event=Event.objects.get(name="incident.opened"))
    lanes.wake()

    ((url, headers, body),) = program.heard
    call = WebhookCall.objects.get()
    told = json.loads(body)
    expected = headers_for(
        identity=f"msg_{call.pk}", at=int(headers["webhook-timestamp"]), body=body, secret=SECRET
    )
    assert url == "https://program.example.test/hook"
    assert expected.items() <= headers.items()
    assert (told["type"], told["data"]["record"]["number"]) == ("incident.opened", incident.number)
    assert (call.status, call.response_code, call.attempts) == ("sent", 204, 1)


def test_it_is_tried_again_under_the_same_name_and_the_lane_rests(
    alice: User, program: Program, hook: Callable[..., WebhookEndpoint]
):
    endpoint = hook()
    program.answers = [http.Unreachable("no route"), httpx.Response(503)]

    with time_machine.travel(timezone.now(), tick=False) as clock:
        report(alice)
        report(alice)
        assert len(program.heard) == 1  # the second waits with the first
        clock.shift(timedelta(seconds=11))
        lanes.wake()
        assert Lane.objects.get(name=endpoint.lane).failures == 2
        clock.shift(timedelta(seconds=31))
        lanes.wake()

    names = [headers["webhook-id"] for _url, headers, _body in program.heard]
    assert len(program.heard) == 4
    assert len(set(names)) == 2
    assert set(WebhookCall.objects.values_list("status", flat=True)) == {"sent"}


@pytest.mark.parametrize("code", [302, 400, 404, 410])
def test_what_is_refused_is_kept_and_can_be_posted_again(
    alice: User, dana: User, program: Program, hook: Callable[..., WebhookEndpoint], code: int
):
    hook()
    program.answers = [httpx.Response(code, text="no\x00thing")]
    report(alice)
    call = WebhookCall.objects.get()
    assert (call.status, call.response_code) == (Message.Status.FAILED, code)
    client = Client()
    client.force_login(dana)
    page = "/admin/notifications/webhookcall/"
    assert str(code) in client.get(page).content.decode()

    client.post(page, {"action": "call_again", "_selected_action": [call.pk]})

    call.refresh_from_db()
    assert call.status == Message.Status.SENT
    assert len({headers["webhook-id"] for _url, headers, _body in program.heard}) == 1


def test_what_is_given_up_is_given_up_after_two_days(
    alice: User, program: Program, hook: Callable[..., WebhookEndpoint]
):
    hook()
    program.answers = [http.Unreachable("no route"), http.Unreachable("no route")]
    report(alice)

    with time_machine.travel(timezone.now() + timedelta(days=2, minutes=1)):
        lanes.wake()

    assert WebhookCall.objects.get().status == Message.Status.FAILED


def test_nobody_is_told_what_is_not_meant_for_him(
    alice: User, platform: Team, program: Program, hook: Callable[..., WebhookEndpoint]
):
    hook(team=platform, name="team")
    hook(least_priority=1, name="grave")
    hook(with_confidential=True, name="all", events=["incident.*"])
    hook(is_active=False, name="off")

    report(alice, confidential=True)
    assert list(WebhookCall.objects.values_list("endpoint__name", flat=True)) == ["all"]

    report(alice, impact=1, urgency=1)
    found = WebhookCall.objects.order_by("pk").values_list("endpoint__name", flat=True)
    assert list(found)[1:] == ["grave", "all"]


def test_an_address_within_the_house_is_not_called(
    alice: User, hook: Callable[..., WebhookEndpoint], settings: Any
):
    settings.ALLOWED_OUTBOUND = []
    hook(address="https://127.0.0.1:1/hook")

    report(alice)

    assert "private address" in WebhookCall.objects.get().detail


def test_a_rule_calls_a_webhook_and_tells_people(
    alice: User, bob: User, mona: User, charlie: User, program: Program,
    hook: Callable[..., WebhookEndpoint], django_capture_on_commit_callbacks: Any,
):  # fmt: skip
    hook(name="Pager", events=[])
    steps = [
        {"verb": "notify", "values": {"team": "platform", "words": "Look at {number}"}},
        {"verb": "notify", "values": {"person": "charlie", "words": "Look at {number}"}},
        {"verb": "call_webhook", "values": {"webhook": "Pager", "text": "{title}!"}},
    ]
    given = {"slug": "page", "name": "Page", "mode": "on", "events": ["incident.opened"]}
    save_rule(actor=mona, given={**given, "steps": steps})

    with django_capture_on_commit_callbacks(execute=True):
        incident = report(alice)
        deliver_owed()

    ((_url, _headers, body),) = program.heard
    assert json.loads(body)["data"]["text"] == "Checkout is slow!"
    told = Message.objects.filter(event__name="incident.notified", channel="inbox")
    assert {each.recipient.username: each.status for each in told if each.recipient} == {
        "alice": "sent", "bob": "sent", "charlie": "skipped",
    }  # fmt: skip
    client = Client()
    client.force_login(bob)
    assert (
        f"Look at {incident.number}"
        in client.get(f"/incidents/{incident.number}/").content.decode()
    )


def test_the_admin_makes_a_secret_and_shows_it_once(dana: User):
    client = Client()
    client.force_login(dana)
    address = "/admin/notifications/webhookendpoint/add/"
    form = filled(
        client.get(address).context, name="Shop", address="https://shop.example", events="alert.*"
    )

    page = client.post(address, form, follow=True).content.decode()

    endpoint = WebhookEndpoint.objects.get()
    assert is_secret(endpoint.secret)
    assert endpoint.secret in page
    assert endpoint.secret not in client.get(f"{address}../{endpoint.pk}/change/").content.decode()
    assert not Event.objects.filter(data__icontains=endpoint.secret).exists()
    assert Interest.objects.get().event_name == "alert.*"
    for wrong in ({"address": "ftp://x"}, {"secret": "short"}, {"events": "all"}):
        assert client.post(address, {**form, "name": "Other", **wrong}).status_code == 200
    assert WebhookEndpoint.objects.count() == 1


def test_old_calls_are_forgotten(alice: User, program: Program, hook: Callable[..., Any]):
    hook()
    report(alice)

    assert actions.forget_calls(before=timezone.now() - timedelta(days=1)) == 0
    assert actions.forget_calls(before=timezone.now() + timedelta(days=1)) == 1
