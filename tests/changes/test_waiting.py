"""Waiting at the gate: one question has one answer, by a verdict or by its declared default."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from changes import actions
from changes.chores import answer_whoever_waits
from changes.models import Change, GateDecision, GatePolicy, GateWait, Permit
from itsm.approvals.actions import vote
from itsm.approvals.models import Approval
from itsm.core.delivery import deliver_owed
from itsm.core.models import Delivery
from itsm.inventory.models import Tier
from itsm.people.actions import issue_token
from itsm.people.models import User
from tests.changes.test_permits import agreed_to, race
from tests.factories import ChangeFactory, IncidentFactory, ServiceFactory

pytestmark = pytest.mark.django_db

SECRET = "a-secret-of-the-pipeline"


class Pipeline:
    """What a pipeline sends and gets."""

    def __init__(self, user: User) -> None:
        token = issue_token(user=user, name="pipeline")[1]
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def ask(self, change: Change, *, key: str = "", **body: Any) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(
            "/api/v1/gate/",
            {"change": change.number, "deadline": 3600, **body},
            content_type="application/json",
            headers=headers,
        )

    def look(self, wait: int) -> Any:
        return self.client.get(f"/api/v1/gate/waits/{wait}/")


@pytest.fixture
def pipeline(alice: User) -> Pipeline:
    return Pipeline(alice)


@pytest.fixture
def held(alice: User) -> Change:
    """A change that waits for a word on a high incident."""
    change = agreed_to()
    IncidentFactory(service=change.service, priority=2)
    return change


def time_passes() -> None:
    GateWait.objects.update(check_at=timezone.now())
    answer_whoever_waits()


def test_what_may_go_is_answered_at_once(pipeline: Pipeline) -> None:
    answer = pipeline.ask(agreed_to())

    assert answer.status_code == 200
    assert answer.json()["is_final"] is True
    assert answer.json()["permit"]["state"] == "issued"


def test_what_is_denied_is_answered_at_once(pipeline: Pipeline) -> None:
    change = agreed_to()
    IncidentFactory(service=change.service, priority=1)

    answer = pipeline.ask(change)

    assert (answer.status_code, answer.json()["verdict"]) == (200, "deny")
    assert answer.json()["is_final"] is True


def test_what_waits_says_until_when_and_what_then(pipeline: Pipeline, held: Change) -> None:
    answer = pipeline.ask(held, wait=30)

    told = answer.json()
    assert (answer.status_code, told["verdict"]) == (202, "needs_approval")
    assert (told["is_final"], told["wait"]["default"]) == (False, "deny")
    left = GateWait.objects.get().deadline_at - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    parked = f"gate {told['wait']['id']} 30 /api/v1/gate/waits/{told['wait']['id']}/"
    assert answer.headers["Steady-Park"] == parked


def test_who_can_give_leave_is_asked_once(pipeline: Pipeline, held: Change) -> None:
    pipeline.ask(held)
    time_passes()
    time_passes()

    asked = Approval.objects.get(ticket=held.pk, state="requested")
    assert asked.purpose == "incident"


def test_leave_that_is_given_opens_the_gate_at_once(
    pipeline: Pipeline, held: Change, mona: User
) -> None:
    wait = pipeline.ask(held).json()["wait"]["id"]
    assert pipeline.look(wait).status_code == 202
    asked = Approval.objects.get(ticket=held.pk, state="requested")

    vote(approval=asked, actor=mona, word="approved")
    deliver_owed()

    answer = pipeline.look(wait)
    assert (answer.status_code, answer.json()["verdict"]) == (200, "allow")
    assert answer.json()["permit"]["state"] == "issued"


def test_leave_that_is_refused_is_a_final_no(pipeline: Pipeline, held: Change, mona: User) -> None:
    wait = pipeline.ask(held).json()["wait"]["id"]
    asked = Approval.objects.get(ticket=held.pk, state="requested")

    vote(approval=asked, actor=mona, word="rejected", comment="Not now.")
    deliver_owed()

    answer = pipeline.look(wait)
    assert (answer.status_code, answer.json()["verdict"]) == (200, "needs_approval")
    assert answer.json()["permit"] is None


def test_a_change_that_is_being_approved_is_waited_for(
    pipeline: Pipeline, alice: User, bob: User, mona: User
) -> None:
    change = ChangeFactory(opened_by=alice, starts_in=timedelta(0))
    change = actions.submit(change, actor=alice)
    answer = pipeline.ask(change)
    assert (answer.status_code, answer.json()["verdict"]) == (202, "deny")

    for asked_one in (bob, mona):
        asked = Approval.objects.get(ticket=change.pk, state="requested")
        vote(approval=asked, actor=asked_one, word="approved")
    deliver_owed()

    told = pipeline.look(answer.json()["wait"]["id"]).json()
    assert (told["is_final"], told["verdict"]) == (True, "allow")


def test_a_change_that_is_given_up_is_a_final_no(pipeline: Pipeline, alice: User) -> None:
    change = agreed_to()
    IncidentFactory(service=change.service, priority=2)
    wait = pipeline.ask(change).json()["wait"]["id"]

    actions.cancel(change, actor=alice, reason="No.")
    deliver_owed()

    told = pipeline.look(wait).json()
    assert (told["is_final"], told["verdict"]) == (True, "deny")


def test_an_incident_that_is_over_lets_it_go_without_anybodys_word(
    pipeline: Pipeline, held: Change
) -> None:
    wait = pipeline.ask(held).json()["wait"]["id"]
    IncidentFactory._meta.model.objects.update(phase="closed", state="closed")

    time_passes()

    assert pipeline.look(wait).json()["verdict"] == "allow"


def test_the_same_question_is_one_question(pipeline: Pipeline, held: Change) -> None:
    first = pipeline.ask(held, sha="c0ffee").json()["wait"]
    again = pipeline.ask(held, sha="c0ffee", deadline=5).json()["wait"]
    other = pipeline.ask(held, sha="decaf").json()["wait"]

    assert (again["id"], again["deadline_at"]) == (first["id"], first["deadline_at"])
    assert other["id"] != first["id"]


def test_a_retry_with_its_key_waits_on(pipeline: Pipeline, held: Change) -> None:
    first = pipeline.ask(held, key="run-7", wait=20)
    again = pipeline.ask(held, key="run-7", wait=20)

    assert again.headers["Steady-Park"] == first.headers["Steady-Park"]
    assert again.headers["Idempotency-Replayed"] == "true"


def test_when_time_is_up_the_default_denies(pipeline: Pipeline, held: Change) -> None:
    wait = pipeline.ask(held).json()["wait"]["id"]
    GateWait.objects.update(deadline_at=timezone.now())

    time_passes()

    told = pipeline.look(wait).json()
    assert (told["verdict"], told["wait"]["is_by_default"]) == ("deny", True)
    assert told["rules"][-1]["why"] == "Nobody answered in time."


@pytest.fixture
def minor(alice: User) -> Change:
    """A change of a minor service that a running change holds back, where silence is consent."""
    GatePolicy.objects.create(open_tiers="4")
    change = agreed_to(service=ServiceFactory(tier=Tier.MINOR))
    IncidentFactory(service=change.service, priority=2)
    return change


def test_where_the_policy_says_so_the_default_lets_it_go(pipeline: Pipeline, minor: Change) -> None:
    asked = pipeline.ask(minor).json()
    assert asked["wait"]["default"] == "allow"
    GateWait.objects.update(deadline_at=timezone.now())

    time_passes()

    told = pipeline.look(asked["wait"]["id"]).json()
    assert (told["verdict"], told["permit"]["state"]) == ("allow", "issued")
    started = pipeline.client.post(
        "/api/v1/gate/start/",
        {"change": minor.number, "permit": told["permit"]["code"]},
        content_type="application/json",
    )
    assert started.status_code == 200


def test_the_default_never_lets_go_what_is_denied_since(pipeline: Pipeline, minor: Change) -> None:
    wait = pipeline.ask(minor).json()["wait"]["id"]
    IncidentFactory(service=minor.service, priority=1)
    GateWait.objects.update(deadline_at=timezone.now())

    time_passes()

    assert pipeline.look(wait).json()["verdict"] == "deny"
    assert not Permit.objects.filter(state="issued").exists()


def test_an_edited_policy_surprises_nobody_who_waits(pipeline: Pipeline, held: Change) -> None:
    wait = pipeline.ask(held).json()["wait"]["id"]
    GatePolicy.objects.create(open_tiers="1,2,3,4")
    GateWait.objects.update(deadline_at=timezone.now())

    time_passes()

    assert pipeline.look(wait).json()["verdict"] == "deny"


def test_what_was_answered_stays_so(pipeline: Pipeline, held: Change) -> None:
    wait = pipeline.ask(held).json()["wait"]["id"]
    GateWait.objects.update(deadline_at=timezone.now())
    time_passes()
    before = pipeline.look(wait).json()

    IncidentFactory._meta.model.objects.update(phase="closed", state="closed")
    time_passes()

    assert pipeline.look(wait).json() == before


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("callback_url", {"callback_url": "ftp://ci.example.org/", "callback_secret": SECRET}),
        ("callback_url", {"callback_url": "http://ci.example.org/", "callback_secret": SECRET}),
        ("callback_secret", {"callback_url": "https://ci.example.org/", "callback_secret": "x"}),
        ("wait", {"wait": 301}),
        ("deadline", {"deadline": 0}),
        ("sha", {"sha": "a" * 65}),
    ],
)
def test_what_cannot_be_used_is_named(
    field: str, given: dict[str, Any], pipeline: Pipeline, held: Change
) -> None:
    answer = pipeline.ask(held, **given)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


class Sink(ThreadingHTTPServer):
    """A pipeline's own address, which keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.codes = [500, 204]
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((dict(self.headers), body))
        self.send_response(self.server.codes.pop(0) if self.server.codes else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None: ...


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]
    server = Sink()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_answer_is_posted_signed_and_again_until_it_is_taken(
    pipeline: Pipeline, held: Change, sink: Sink
) -> None:
    address = f"http://127.0.0.1:{sink.server_port}/run/7"
    pipeline.ask(held, callback_url=address, callback_secret=SECRET)
    assert sink.told == []
    IncidentFactory._meta.model.objects.update(phase="closed", state="closed")

    time_passes()
    deliver_owed()
    Delivery.objects.update(due_at=timezone.now())
    deliver_owed()
    deliver_owed()

    assert len(sink.told) == 2
    (first, body), (second, _same) = sink.told
    told = json.loads(body)
    assert (told["change"], told["verdict"]) == (held.number, "allow")
    assert told["permit"] == Permit.objects.get().code
    signed = f"{first['Steady-Timestamp']}.".encode() + body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert first["Steady-Signature"] == f"sha256={expected}"
    assert first["Steady-Delivery"] == second["Steady-Delivery"]
    assert GateWait.objects.get().told_at is not None


def test_the_secret_is_written_nowhere(pipeline: Pipeline, held: Change) -> None:
    given = {"callback_url": "https://ci.example.org/", "callback_secret": SECRET}
    answer = pipeline.ask(held, key="run-8", **given)

    assert SECRET not in answer.content.decode()
    stored = GateWait.objects.values_list("callback_secret", flat=True).query
    assert SECRET not in str(stored)
    assert GateWait.objects.get().callback_secret == SECRET


@pytest.mark.django_db(transaction=True)
def test_many_who_settle_at_once_give_one_answer(alice: User) -> None:
    change = agreed_to()
    incident = IncidentFactory(service=change.service, priority=2)
    _answer, wait = actions.ask_and_wait(
        change=change, actor=alice, artifact=actions.Artifact(), patience=actions.Patience()
    )
    type(incident).objects.update(phase="closed", state="closed")
    given: list[bool] = []
    settle: Callable[[], object] = lambda: given.append(actions.settle(wait=wait))  # noqa: E731

    assert race([settle] * 8) == ["done"] * 8

    assert sorted(given) == [False] * 7 + [True]
    assert Permit.objects.count() == 1
    assert GateDecision.objects.filter(verdict="allow").count() == 1
