"""How many statements an endpoint costs, whatever the number of rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from itsm.monitoring.actions import create_source, record_signals
from itsm.monitoring.sources import Signal
from itsm.people.actions import issue_token
from itsm.people.models import User
from itsm.tickets.actions import comment
from tests.factories import (
    ConfigurationItemFactory,
    IncidentFactory,
    ProblemFactory,
    ServiceFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

Statements = Callable[..., int]


@pytest.fixture
def statements(alice: User) -> Statements:
    """The statements of one request of alice's, opening and closing of transactions left out."""
    token = issue_token(user=alice, name="counting")[1]
    client = Client(headers={"Authorization": f"Bearer {token}"})
    client.get("/api/v1/users/me/")

    def count(address: str, **body: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            if body:
                response = client.post(address, body, content_type="application/json")
            else:
                response = client.get(address)
        assert response.status_code < 300, response.content
        words = [each["sql"].split()[0] for each in captured.captured_queries]
        return len([word for word in words if word not in ("SAVEPOINT", "RELEASE")])

    return count


def fill(count: int) -> None:
    """So many incidents, each with everything a row names, different each time."""
    for place in range(count):
        incident = IncidentFactory(
            service=ServiceFactory(),
            team=TeamFactory(),
            assignee=UserFactory(role="agent"),
            caller=UserFactory(),
            parent=IncidentFactory(),
        )
        incident.configuration_items.set([ConfigurationItemFactory(), ConfigurationItemFactory()])
        comment(ticket=incident, actor=incident.assignee, body=f"Word {place}")
        ProblemFactory(service=incident.service, assignee=incident.assignee)


def fill_alerts(count: int, dana: User) -> None:
    source, _token = create_source(kind="alertmanager", name=f"Prometheus {count}", actor=dana)
    signals = [
        Signal(fingerprint=f"f{each}", status="firing", title="Disk", service=f"s{each}")
        for each in range(count)
    ]
    record_signals(source, signals=signals, now=timezone.now())


# Each costs one statement more than it needs itself: the token.
@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("incidents/", 5),
        ("incidents/?ordering=-updated_at&limit=200", 5),
        ("incidents/?service=checkout&state=new", 4),
        ("incidents/?count=true", 6),
        ("problems/", 4),
        ("alerts/", 3),
        ("services/", 3),
        ("configuration-items/", 2),
        ("teams/", 4),
        ("users/", 3),
        ("events/", 3),
    ],
)
def test_a_list_costs_the_same_however_many_rows_it_shows(
    address: str, most: int, statements: Statements, dana: User
) -> None:
    fill(2)
    fill_alerts(2, dana)
    few = statements(f"/api/v1/{address}")
    fill(10)
    fill_alerts(20, dana)

    many = statements(f"/api/v1/{address}")

    assert few == many
    assert many <= most


def test_one_incident_costs_five_statements(statements: Statements, alice: User) -> None:
    fill(1)
    incident = IncidentFactory(parent=IncidentFactory(), assignee=alice)
    incident.configuration_items.set([ConfigurationItemFactory()])

    assert statements(f"/api/v1/incidents/{incident.number}/") == 5
    assert statements(f"/api/v1/incidents/{incident.number}/timeline/") <= 4
    assert statements(f"/api/v1/incidents/{incident.number}/comments/") <= 3


def test_opening_an_incident_costs_ten_statements(statements: Statements, platform: Any) -> None:
    ServiceFactory(name="checkout", owner_team=platform)

    assert statements("/api/v1/incidents/", title="Slow", service="checkout") <= 10


def test_a_transition_costs_few_statements(statements: Statements, alice: User) -> None:
    incident = IncidentFactory(assignee=alice, at_state="in_progress")

    assert (
        statements(
            f"/api/v1/incidents/{incident.number}/resolve/", code="fixed", notes="Restarted."
        )
        <= 14
    )
