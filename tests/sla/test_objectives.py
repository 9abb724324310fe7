"""Objectives: measured by queries or reported, shown, and unknown once nobody measures them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from changes.models import GatePolicy
from itsm.inventory.models import Service, Tier
from itsm.people.actions import issue_token
from itsm.people.models import User
from itsm.sla.actions import measure_due
from itsm.sla.chores import measure_objectives
from itsm.sla.models import Objective
from tests.administration.forms import filled
from tests.changes.test_permits import agreed_to
from tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


class Prometheus(ThreadingHTTPServer):
    """Answers queries with what was prepared for them."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    def vector(self, query: str, *numbers: str) -> None:
        result = [{"metric": {}, "value": [1764200000.1, each]} for each in numbers]
        data = {"resultType": "vector", "result": result}
        self.answers[query] = {"status": "success", "data": data}


class _Handler(BaseHTTPRequestHandler):
    server: Prometheus

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        query = parse_qs(target.query)["query"][0]
        self.server.asked.append((target.path, self.headers.get("Authorization", "")))
        unknown = {"status": "error", "errorType": "bad_data", "error": "parse error"}
        body = json.dumps(self.server.answers.get(query, unknown)).encode()
        self.send_response(200 if query in self.server.answers else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None: ...


@pytest.fixture
def prometheus(settings: Any) -> Iterator[Prometheus]:
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]
    server = Prometheus()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def measured(prometheus: Prometheus) -> Objective:
    return Objective.objects.create(
        service=ServiceFactory(),
        name="Answers",
        target=0.99,
        address=f"http://127.0.0.1:{prometheus.server_port}",
        token="of-prometheus",
        query="bad:28d",
        burn_query="bad:1h",
    )


def test_queries_say_how_much_is_left_and_how_fast_it_burns(
    measured: Objective, prometheus: Prometheus
) -> None:
    prometheus.vector("bad:28d", "0.004")
    prometheus.vector("bad:1h", "0.02")

    measure_objectives()

    measured.refresh_from_db()
    assert measured.left == pytest.approx(0.6)
    assert measured.burn == pytest.approx(2.0)
    assert prometheus.asked[0] == ("/api/v1/query", "Bearer of-prometheus")


def test_each_is_asked_once_a_minute(measured: Objective, prometheus: Prometheus) -> None:
    prometheus.vector("bad:28d", "0")
    prometheus.vector("bad:1h", "0")

    assert (measure_due(), measure_due()) == (1, 0)

    Objective.objects.update(asked_at=timezone.now() - timedelta(seconds=61))
    assert measure_due() == 1


@pytest.mark.parametrize(
    ("numbers", "why"),
    [
        ((), "0 answers"),
        (("0.1", "0.2"), "2 answers"),
        (("NaN",), "no number"),
        (("3",), "no share"),
        (None, "parse error"),
    ],
)
def test_what_is_no_number_is_told_and_changes_nothing(
    numbers: tuple[str, ...] | None, why: str, measured: Objective, prometheus: Prometheus
) -> None:
    if numbers is not None:
        prometheus.vector("bad:28d", *numbers)

    assert measure_due() == 0

    measured.refresh_from_db()
    assert why in measured.error
    assert (measured.left, measured.measured_at) == (None, None)


def test_a_tool_that_is_away_is_asked_once_a_round(measured: Objective, settings: Any) -> None:
    settings.ALLOWED_OUTBOUND = []
    for place in range(3):
        Objective.objects.create(
            service=measured.service, name=str(place), address=measured.address, query="bad:28d"
        )

    assert measure_due() == 0

    assert Objective.objects.exclude(error="").count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [({"address": "http://10.0.0.1/"}, "address"), ({"address": "https://p.example.org"}, "query")],
)
def test_an_address_is_checked_before_it_is_kept(given: dict[str, str], field: str) -> None:
    objective = Objective(service=ServiceFactory(), name="Answers", **given)

    with pytest.raises(ValidationError) as refused:
        objective.full_clean()

    assert list(refused.value.message_dict) == [field]


class Program:
    """A program with a token of alice's."""

    def __init__(self, user: User) -> None:
        token = issue_token(user=user, name="meter")[1]
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def report(self, objective: Objective, **given: Any) -> Any:
        address = f"/api/v1/objectives/{objective.pk}/report/"
        return self.client.post(address, given, content_type="application/json")

    def verdict(self, service: Service) -> str:
        change = agreed_to(service=service)
        answer = self.client.post(
            "/api/v1/gate/", {"change": change.number}, content_type="application/json"
        )
        return str(answer.json()["verdict"])


@pytest.fixture
def program(alice: User) -> Program:
    return Program(alice)


@pytest.fixture
def reported() -> Objective:
    return Objective.objects.create(service=ServiceFactory(), name="Answers")


@pytest.mark.parametrize(
    ("left", "burn", "verdict"),
    [
        (0.9, 0.5, "allow"),
        (0.2, 0.5, "needs_approval"),
        (0.9, 1.5, "needs_approval"),
        (0.0, 0.0, "deny"),
        (-2.5, 0.0, "deny"),
    ],
)
def test_the_gate_goes_by_what_is_reported(
    left: float, burn: float, verdict: str, program: Program, reported: Objective
) -> None:
    assert program.report(reported, left=left, burn=burn).json()["left"] == left

    assert program.verdict(reported.service) == verdict


def test_of_several_objectives_the_worst_counts(program: Program, reported: Objective) -> None:
    program.report(reported, left=0.9, burn=0.1)
    other = Objective.objects.create(service=reported.service, name="Fast answers")
    program.report(other, left=-0.1, burn=0.1)

    assert program.verdict(reported.service) == "deny"


@pytest.mark.parametrize(("tier", "verdict"), [(1, "needs_approval"), (2, "allow")])
def test_what_is_not_known_counts_by_the_policy_of_the_tier(
    tier: int, verdict: str, program: Program
) -> None:
    service = ServiceFactory(tier=Tier(tier))
    assert program.verdict(service) == "allow"  # it has no objective

    objective = Objective.objects.create(service=service, name="Answers")
    assert program.verdict(service) == verdict

    program.report(objective, left=0.9, burn=0.1)
    assert program.verdict(service) == "allow"

    Objective.objects.update(measured_at=timezone.now() - timedelta(minutes=31))
    assert program.verdict(service) == verdict

    GatePolicy.objects.create(closed_tiers="")
    assert program.verdict(service) == "allow"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "left"),
        ({"left": "much"}, "left"),
        ({"left": 1.5}, "left"),
        ({"left": True}, "left"),
        ({"left": 0.5, "burn": -1}, "burn"),
    ],
)
def test_a_report_that_cannot_be_used_names_why(
    given: dict[str, Any], field: str, program: Program, reported: Objective
) -> None:
    answer = program.report(reported, **given)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_what_is_measured_is_not_reported(program: Program, measured: Objective) -> None:
    assert program.report(measured, left=0.5).status_code == 409


def test_the_page_of_the_service_shows_how_it_stands(
    program: Program, reported: Objective, client: Client, alice: User
) -> None:
    program.report(reported, left=0.421, burn=1.5)
    client.force_login(alice)

    page = client.get(f"/services/{reported.service.name}/").content.decode()

    assert "42.1 % left" in page
    assert "99.9 % good in 28 days" in page


def test_the_token_is_shown_to_nobody(measured: Objective, alice: User) -> None:
    client = Program(alice).client

    assert b"of-prometheus" not in client.get("/api/v1/objectives/").content


def test_not_even_to_who_sets_it_in_the_admin(measured: Objective, dana: User) -> None:
    client = Client()
    client.force_login(dana)
    address = f"/admin/sla/objective/{measured.pk}/change/"
    page = client.get(address)

    client.post(address, filled(page.context, name="Answers well"))

    measured.refresh_from_db()
    assert b"of-prometheus" not in page.content
    assert (measured.name, measured.token) == ("Answers well", "of-prometheus")
