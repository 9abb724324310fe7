"""Working on problems: by pages and the API, with approvals and by the clock."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from changes.actions import close as close_change
from incidents import actions as incident_actions
from itsm.approvals.actions import vote
from itsm.approvals.models import Approval
from itsm.core import delivery
from itsm.core.models import Event
from itsm.inventory.models import Service
from itsm.monitoring.actions import create_source, record_signals
from itsm.monitoring.sources import Signal
from itsm.people.models import User
from itsm.tickets.actions import edit, link, override_priority
from problems import actions, chores
from problems.burden import priority_by_burden
from problems.models import Problem
from tests.factories import ChangeFactory, IncidentFactory, ProblemFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("incidents", "minutes", "priority"),
    [
        *((0, 0, 5), (0, 59, 5), (1, 0, 4), (0, 60, 4), (3, 0, 3), (0, 480, 3), (5, 0, 2)),
        *((0, 2_880, 2), (10, 0, 1), (0, 7_200, 1), (2, 7_200, 1), (400, 0, 1)),
    ],
)
def test_what_incidents_cost_makes_it_urgent(incidents: int, minutes: int, priority: int) -> None:
    assert priority_by_burden(open_incidents=incidents, minutes_lost=minutes) == priority


def test_the_priority_is_the_more_urgent_of_what_is_said_and_what_is_counted(
    alice: User, mona: User
) -> None:
    problem: Problem = ProblemFactory()
    for _each in range(3):
        problem = actions.link_incident(problem=problem, incident=IncidentFactory(), actor=alice)
    assert (problem.priority, problem.open_incidents) == (3, 3)

    edit(ticket=problem, actor=alice, changes={"impact": 1, "urgency": 2})
    problem.refresh_from_db()
    assert problem.priority == 2

    override_priority(ticket=problem, actor=mona, priority=5, reason="It is a test.")
    problem = actions.link_incident(problem=problem, incident=IncidentFactory(), actor=alice)
    assert (problem.priority, problem.open_incidents) == (5, 4)
    assert Event.objects.filter(name="problem.raised", subject_id=problem.pk).count() == 2


def test_minutes_are_counted_from_the_impact_to_the_end_and_go_on_by_the_clock(
    alice: User,
) -> None:
    now = timezone.now()
    past = IncidentFactory(
        at_state="resolved",
        opened_at=now - timedelta(hours=3),
        impact_started_at=now - timedelta(hours=4),
        resolved_at=now - timedelta(hours=2),
    )
    long_ago = IncidentFactory(
        at_state="closed", opened_at=now - timedelta(days=200), resolved_at=now - timedelta(days=99)
    )
    problem: Problem = ProblemFactory()
    for each in (past, long_ago, IncidentFactory(at_state="canceled")):
        problem = actions.link_incident(problem=problem, incident=each, actor=alice)
    assert (problem.minutes_lost, problem.open_incidents, problem.priority) == (120, 0, 4)

    problem = actions.link_incident(problem=problem, incident=IncidentFactory(), actor=alice)
    with time_machine.travel(now + timedelta(hours=7, minutes=1)):
        chores.weigh()

    problem.refresh_from_db()
    assert (problem.minutes_lost // 60, problem.priority) == (9, 3)


def test_a_problem_is_raised_from_an_incident_in_the_browser(
    alice: User, client: Client, platform: Any
) -> None:
    service = ServiceFactory(name="checkout", owner_team=platform)
    incident = IncidentFactory(title="Checkout is down", service=service, confidential=True,
                               assignee=alice)  # fmt: skip
    client.force_login(alice)
    page = client.get(f"/incidents/{incident.number}/").content.decode()
    assert f"/problems/new/?incident={incident.number}" in page
    form = client.get(f"/problems/new/?incident={incident.number}").content.decode()
    assert 'value="Checkout is down"' in form

    answer = client.post(
        "/problems/new/",
        {"title": "Checkout goes down", "incident": incident.number, "service": "checkout",
         "impact": "2", "urgency": "2", "origin": "reactive"},
    )  # fmt: skip

    problem = Problem.objects.get()
    assert answer.headers["Location"] == f"/problems/{problem.number}/"
    assert (problem.team, problem.confidential, problem.open_incidents) == (platform, True, 1)
    incident.refresh_from_db()
    assert incident.problem_id == problem.pk
    assert problem.number in client.get(f"/incidents/{incident.number}/").content.decode()
    assert incident.number in client.get(f"/problems/{problem.number}/").content.decode()


@pytest.mark.parametrize(("number", "status"), [("INC-0", 422), ("{charlie}", 302)])
def test_only_incidents_that_are_there_are_linked(
    number: str, status: int, alice: User, client: Client
) -> None:
    client.force_login(alice)
    given = {"title": "It", "impact": "2", "urgency": "2", "origin": "vendor"}
    incident = IncidentFactory()

    answer = client.post(
        "/problems/new/", {**given, "incident": number.replace("{charlie}", incident.number)}
    )

    assert answer.status_code == status
    assert Problem.objects.count() == (status == 302)


def test_the_api_opens_edits_and_filters_problems(alice: User, client: Client) -> None:
    client.force_login(alice)
    first, second = IncidentFactory(), IncidentFactory()
    made = client.post(
        "/api/v1/problems/",
        {"title": "Leaks", "incidents": [first.number, second.number], "origin": "proactive"},
        content_type="application/json",
    )
    number = made.json()["number"]

    linked = client.get(f"/api/v1/problems/{number}/incidents/").json()["results"]
    changed = client.patch(
        f"/api/v1/problems/{number}/", {"cause": "A pool."}, content_type="application/json"
    )
    refused = client.post(
        "/api/v1/problems/", {"title": "X", "incidents": ["INC-0"]}, content_type="application/json"
    )
    found = client.get("/api/v1/problems/?origin=proactive&state=new").json()["results"]

    assert [each["number"] for each in linked] == [second.number, first.number]
    assert (changed.json()["cause"], changed.json()["open_incidents"]) == ("A pool.", 2)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["incidents"])
    assert [each["number"] for each in found] == [number]
    as_incident = client.patch(
        f"/api/v1/incidents/{first.number}/", {"problem": second.number},
        content_type="application/json",
    )  # fmt: skip
    assert (as_incident.status_code, list(as_incident.json()["errors"])) == (400, ["problem"])


class TestRisk:
    @pytest.fixture
    def asked(self, alice: User, mona: User, dana: User) -> Problem:
        problem: Problem = ProblemFactory(at_state="rca", assignee=alice)
        day = timezone.localdate() + timedelta(days=30)
        actions.propose_risk(problem, actor=alice, reason="Off soon.", expires_on=day)
        return problem

    def test_somebody_else_accepts_it_and_it_is_taken_up_when_it_expires(
        self, asked: Problem, mona: User
    ) -> None:
        vote(approval=Approval.objects.get(), actor=mona, word="approved")

        asked.refresh_from_db()
        assert (asked.state, asked.resolution_code) == ("closed", "risk_accepted")
        chores.end_risks()
        asked.refresh_from_db()
        assert asked.state == "closed"
        with time_machine.travel(timezone.now() + timedelta(days=31)):
            chores.end_risks()
        asked.refresh_from_db()
        assert (asked.state, asked.resolution_code, asked.risk_expires_on) == ("rca", "", None)

    def test_a_no_leaves_it_open(self, asked: Problem, mona: User) -> None:
        vote(approval=Approval.objects.get(), actor=mona, word="rejected", comment="Fix it.")

        asked.refresh_from_db()
        assert asked.state == "rca"

    def test_other_findings_void_what_was_asked(
        self, asked: Problem, alice: User, dana: User
    ) -> None:
        edit(ticket=asked, actor=alice, changes={"cause": "It is worse."})
        assert Approval.objects.get().state == "no_longer_required"

        actions.fix(asked, actor=alice)

        asked.refresh_from_db()
        assert asked.state == "fix_in_progress"


class TestComingBack:
    @pytest.fixture
    def service(self) -> Service:
        return ServiceFactory(name="checkout")

    def fire(self, dana: User, service: Service) -> None:
        """The disk alert of the service, by the tool that sent it before."""
        signal = Signal(
            fingerprint="disk", status="firing", title="Disk full", service=service.name
        )
        record_signals(self.source(dana), signals=[signal], now=timezone.now())

    def source(self, dana: User) -> Any:
        known = getattr(self, "_source", None)
        if known is None:
            known, _token = create_source(kind="alertmanager", name="Prometheus", actor=dana)
            self._source = known
        return known

    def test_the_same_alert_after_the_fix_brings_it_back(
        self, alice: User, dana: User, service: Service
    ) -> None:
        self.fire(dana, service)
        incident = incident_of(service)
        problem: Problem = ProblemFactory(at_state="fix_in_progress", assignee=alice)
        problem = actions.link_incident(problem=problem, incident=incident, actor=alice)
        incident_actions.resolve(
            incident, actor=alice, code="fixed", notes="So.", override_reason="-"
        )
        actions.resolve(problem, actor=alice, notes="Larger.", no_change_reason="Vendor.")

        with time_machine.travel(timezone.now() + timedelta(hours=2)):
            clear = Signal(fingerprint="disk", status="resolved", title="Disk full")
            record_signals(self.source(dana), signals=[clear], now=timezone.now())
        with time_machine.travel(timezone.now() + timedelta(days=1)):
            self.fire(dana, service)
            delivery.deliver_owed()

        problem.refresh_from_db()
        assert (problem.state, problem.recurrences) == ("rca", 1)
        assert incident_of(service).problem_id == problem.pk

    def test_an_incident_that_was_opened_before_the_fix_does_not(
        self, alice: User, service: Service
    ) -> None:
        problem: Problem = ProblemFactory(
            at_state="resolved", resolution_code="fix_applied", resolved_at=timezone.now()
        )
        early = IncidentFactory(opened_at=timezone.now() - timedelta(hours=1))

        assert actions.link_incident(
            problem=problem, incident=early, actor=alice
        ).state == "resolved"  # fmt: skip
        late = IncidentFactory(opened_at=timezone.now() + timedelta(seconds=1))
        assert actions.link_incident(problem=problem, incident=late, actor=alice).state == "rca"


def incident_of(service: Service) -> Any:
    return service.tickets.filter(kind="incident").latest("id").incident


def test_what_stayed_quiet_is_closed_by_the_clock(alice: User) -> None:
    problem: Problem = ProblemFactory(at_state="fix_in_progress", assignee=alice)
    problem = actions.resolve(problem, actor=alice, notes="So.", no_change_reason="Vendor.")

    chores.close_quiet()
    problem.refresh_from_db()
    assert problem.state == "resolved"
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        chores.close_quiet()

    problem.refresh_from_db()
    assert problem.state == "closed"


def test_who_coordinates_it_is_told_that_the_fix_is_closed(alice: User, bob: User) -> None:
    problem: Problem = ProblemFactory(at_state="fix_in_progress", assignee=bob)
    change = ChangeFactory(at_state="review", outcome="ok")
    link(ticket=problem, other=change, sort="fixed_by", actor=alice)

    close_change(change, actor=alice, code="successful", notes="Well.")
    delivery.deliver_owed()

    told = Event.objects.get(name="problem.fix_closed")
    assert (told.data["change"], told.data["is_fixed"]) == (change.number, True)
    assert bob.messages.filter(event=told).exists()
