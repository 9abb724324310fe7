"""The demo company: everything in it could have come about by using the product."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone

from changes.models import Change, Deployment, Window
from incidents.models import Incident
from incidents.workflow import workflow
from itsm.automation.models import Macro, Rule, Run, Runbook
from itsm.core.models import Event
from itsm.dashboard.demo import build
from itsm.dashboard.demo.cascade import CASCADE, posts
from itsm.evidence.models import EvidencePack
from itsm.integrations.script import listed
from itsm.inventory.models import Service
from itsm.monitoring.models import Alert, MonitoringSource
from itsm.people.models import Team, User
from itsm.tickets.models import Comment, Task
from problems.models import Problem
from requests.models import CatalogItem, ServiceRequest

MOVES = {
    (source, transition.event): next(iter(transition.targets), source)
    for transition in workflow.transitions.values()
    for source in transition.sources
}


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Built once, undone at the end."""
    from django.db import transaction  # noqa: PLC0415 only within the unblocked database

    with django_db_blocker.unblock(), transaction.atomic():
        build(password="demo-password-1")
        yield
        transaction.set_rollback(True)


pytestmark = pytest.mark.usefixtures("company")


def test_it_is_a_company_of_some_size() -> None:
    assert User.objects.filter(is_bot=False).count() >= 40
    assert Team.objects.count() == 7
    assert Service.objects.count() >= 25
    assert Incident.objects.count() >= 250
    assert Incident.objects.filter(confidential=True).exists()
    assert Incident.objects.filter(reopen_count__gt=0).exists()
    assert Comment.objects.count() >= 200


def test_people_order_and_it_stands_in_many_states() -> None:
    states = set(ServiceRequest.objects.values_list("state", flat=True))

    assert states == {
        *("awaiting_approval", "fulfilling", "fulfilled", "closed_complete", "rejected"),
    }
    assert CatalogItem.objects.count() == 7
    assert Task.objects.filter(ticket__kind="service_request", state="open").exists()


def test_rules_watch_and_runbooks_have_looked_at_outages() -> None:
    assert Rule.objects.filter(mode="on").count() == 3
    assert Macro.objects.count() == 2
    assert Runbook.objects.count() == 3
    assert set(Run.objects.values_list("state", "ticket__kind")) == {("verified", "incident")}
    assert listed("demo-restart")
    assert listed("demo-diagnostics")


def test_the_logs_say_what_is_behind_the_latest_outages() -> None:
    causes = {
        pack.ticket.title: [each["component"] for each in pack.content["causes"]]
        for pack in EvidencePack.objects.select_related("ticket")
    }

    assert causes["mx-2 does not accept mail"][0] == "dns"
    assert causes["Heap of search-index-1 above 90 %"][0] == "search-index-1"


def test_people_ask_why_it_keeps_happening() -> None:
    states = set(Problem.objects.values_list("state", flat=True))

    assert states == {"rca", "fix_in_progress", "resolved"}
    assert Problem.objects.filter(known_error_at__isnull=False).count() == 2
    assert not Problem.objects.filter(incidents_of_problem__isnull=True).exists()


def test_it_delivers_every_working_day_and_plans_ahead() -> None:
    outcomes = set(Deployment.objects.values_list("outcome", flat=True))

    assert Deployment.objects.count() >= 15
    assert outcomes == {"succeeded", "failed", "rolled_back"}
    assert Change.objects.filter(state="closed", close_code="successful").count() >= 12
    assert Change.objects.filter(state="assess", planned_start__gt=timezone.now()).count() == 3
    assert Change.objects.filter(state="scheduled").exists()
    assert Window.objects.count() == 2


def test_the_six_people_sign_in_and_nobody_else() -> None:
    six = ("dana", "alice", "bob", "erin", "charlie", "frank")

    may = [each for each in six if authenticate(username=each, password="demo-password-1")]

    assert tuple(may) == six
    assert not authenticate(username="mei", password="demo-password-1")


def test_every_incident_came_to_its_state_by_moves_the_workflow_knows() -> None:
    states: dict[int, str] = {}
    impossible = []
    for event in Event.objects.filter(subject_type="incident").order_by("happened_at", "id"):
        if event.name == "incident.opened":
            states[event.subject_id] = "new"
        elif "to" in event.data:
            before = states[event.subject_id]
            after = MOVES.get((before, event.name))
            if after != event.data["to"]:
                impossible.append((event.name, before, event.data["to"]))
            states[event.subject_id] = event.data["to"]

    assert impossible == []
    assert dict(Incident.objects.values_list("pk", "state")) == states


def test_nothing_happens_in_the_future_or_before_it_began() -> None:
    now = timezone.now()

    assert not Event.objects.filter(happened_at__gt=now).exists()
    assert not Alert.objects.filter(ends_at__gt=now).exists()
    assert all(
        each.resolved_at > each.opened_at
        for each in Incident.objects.filter(state__in=["resolved", "closed"])
        if each.resolved_at
    )


def test_the_storm_cascades_and_mostly_clears() -> None:
    began, length = timezone.now(), timedelta(seconds=75)

    first, last = (list(posts(share=share, began=began, length=length)) for share in (0, 1))

    assert [each["status"] for each in first] == ["firing"]
    alerts = [alert for each in last for alert in each["alerts"]]
    assert len(alerts) == len(CASCADE)
    assert sum(each["status"] == "firing" for each in alerts) == 1


@pytest.mark.parametrize("options", [{"seconds": 5}, {"seconds": 9000}, {"rate": 0}, {"rate": 999}])
def test_a_storm_is_bounded(options: dict[str, float]) -> None:
    with pytest.raises(CommandError, match="Give 10 to 600 seconds"):
        call_command("storm", **options)


def test_a_storm_stays_at_home(settings: Any) -> None:
    settings.BASE_URL = "https://desk.example.org"

    with pytest.raises(CommandError, match="loopback"):
        call_command("storm")
    assert not MonitoringSource.objects.filter(name="Storm rehearsal").exists()
