"""The gate asked about real changes, through the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from changes.models import Change, Window
from itsm.approvals.models import Approval
from itsm.inventory.models import Service, ServiceDependency
from itsm.people.actions import issue_token
from itsm.people.models import User
from itsm.tickets.actions import link
from tests.factories import (
    ChangeFactory,
    ConfigurationItemFactory,
    IncidentFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def change() -> Change:
    """A scheduled change of the checkout that everybody has agreed to."""
    made = ChangeFactory(at_state="scheduled", starts_in=timedelta(0))
    Approval.objects.create(ticket=made, purpose="authorize", state="approved")
    return made


@pytest.fixture
def ask(alice: User) -> Any:
    token = issue_token(user=alice, name="pipeline")[1]
    client = Client(headers={"Authorization": f"Bearer {token}"})

    def asked(change: Change) -> dict[str, Any]:
        answer = client.post(
            "/api/v1/gate/", {"change": change.number}, content_type="application/json"
        )
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    return asked


def stopped_by(answer: dict[str, Any]) -> list[str]:
    return [each["id"] for each in answer["rules"] if each["verdict"] != "allow"]


def service_of(change: Change) -> Service:
    assert change.service is not None
    return change.service


def window(sort: str, *, begins: timedelta, **given: Any) -> Window:
    start = timezone.now() + begins
    return Window.objects.create(
        sort=sort, name="Year end", starts_at=start, ends_at=start + timedelta(hours=4), **given
    )


def test_what_all_agreed_to_may_go_and_every_rule_says_so(change: Change, ask: Any) -> None:
    answer = ask(change)

    assert answer["verdict"] == "allow"
    assert len(answer["rules"]) == 11
    assert all(each["why"] for each in answer["rules"])


def test_what_nobody_agreed_to_needs_approval(change: Change, ask: Any) -> None:
    Approval.objects.all().delete()

    answer = ask(change)

    assert (answer["verdict"], answer["leaves"]) == ("needs_approval", ["approvers"])


def test_a_freeze_denies_it_unless_its_type_is_exempt(change: Change, ask: Any) -> None:
    freeze = window("freeze", begins=timedelta(hours=-1))
    assert stopped_by(ask(change)) == ["freeze"]

    freeze.exempt_types = ["normal"]
    freeze.save()

    assert ask(change)["verdict"] == "allow"


def test_a_freeze_of_another_service_is_of_no_concern(change: Change, ask: Any) -> None:
    window("freeze", begins=timedelta(hours=-1)).services.add(ServiceFactory())

    assert ask(change)["verdict"] == "allow"


def test_it_waits_for_the_maintenance_window(change: Change, ask: Any) -> None:
    window("maintenance", begins=timedelta(hours=2)).services.add(service_of(change))

    answer = ask(change)

    assert (answer["verdict"], stopped_by(answer)) == ("hold", ["window"])
    assert answer["retry_at"] is not None


def test_it_waits_for_a_running_change_of_the_same_component(change: Change, ask: Any) -> None:
    item = ConfigurationItemFactory()
    running = ChangeFactory(at_state="implement", starts_in=timedelta(0))
    for each in (change, running):
        each.configuration_items.add(item)

    assert stopped_by(ask(change)) == ["conflict"]


@pytest.mark.parametrize(
    ("priority", "verdict"), [(1, "deny"), (2, "needs_approval"), (3, "allow")]
)
def test_an_open_incident_on_what_it_needs_counts(
    priority: int, verdict: str, change: Change, ask: Any
) -> None:
    database = ServiceFactory()
    ServiceDependency.objects.create(service=service_of(change), needed=database)
    IncidentFactory(service=database, priority=priority)

    assert ask(change)["verdict"] == verdict


def test_the_fix_of_what_burns_may_go_with_care(change: Change, ask: Any, alice: User) -> None:
    incident = IncidentFactory(service=change.service, priority=1)
    link(ticket=incident, other=change, sort="fixed_by", actor=alice)

    assert ask(change)["verdict"] == "allow_guarded"


def test_the_gate_costs_the_same_however_much_is_planned(
    change: Change, ask: Any, django_assert_max_num_queries: Any
) -> None:
    for _turn in range(12):
        other = ChangeFactory(at_state="implement", starts_in=timedelta(0))
        other.configuration_items.add(ConfigurationItemFactory())
        IncidentFactory(service=change.service, priority=2)

    with django_assert_max_num_queries(16):
        ask(change)
