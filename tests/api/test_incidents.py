import pytest

from tests.factories import ConfigurationItemFactory, ServiceFactory

pytestmark = pytest.mark.django_db

CONTRACT = [
    *("number", "title", "description", "state", "phase", "on_hold_reason", "priority", "impact"),
    *("urgency", "service", "configuration_items", "caller", "assignee", "team", "source"),
    *("opened_at", "acknowledged_at", "resolved_at", "closed_at", "resolution_code"),
    *("resolution_notes", "major", "caused_by_change", "problem", "parent", "alerts_count"),
    *("tags", "version", "url"),
]


def test_an_incident_shows_the_fields_of_the_contract_in_their_order(api, alice):
    number = api(alice).post("incidents/", title="Checkout is slow").json()["number"]

    shown = api(alice).get(f"incidents/{number}/").json()

    assert list(shown)[: len(CONTRACT)] == CONTRACT


def test_what_is_said_when_opening_is_shown_in_the_same_words(api, alice, charlie, platform):
    ServiceFactory(name="checkout", owner_team=platform)
    ConfigurationItemFactory(name="web-1")
    said = {
        "title": "Checkout is slow",
        "description": "Since this morning.",
        "impact": 1,
        "urgency": 2,
        "service": "checkout",
        "configuration_items": ["web-1"],
        "caller": "charlie",
        "assignee": "alice",
        "team": "platform",
        "source": "phone",
        "tags": ["shop"],
        "category": "software",
    }

    response = api(alice).post("incidents/", **said)

    assert response.status_code == 201
    shown = response.json()
    assert {name: shown[name] for name in said} == said
    assert (shown["state"], shown["phase"], shown["priority"]) == ("new", "new", 2)
    assert response["Location"].endswith(f"/api/v1/incidents/{shown['number']}/")
    assert response["ETag"] == f'"{shown["number"]}.1"'
