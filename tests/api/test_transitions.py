"""Every transition of an incident through its address: what it does, and what it refuses."""

import pytest

from incidents.workflow import workflow
from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db

VENDOR = {"reason": "awaiting_vendor", "vendor_reference": "V-1"}
FIXED = {"code": "fixed", "notes": "Restarted."}
# verb, a state it starts from, what is sent, the state it ends in, a state that refuses it
CASES = [
    ("acknowledge", "new", {}, "new", "resolved"),
    ("assign", "new", {"team": "platform"}, "new", "closed"),
    ("unassign", "new", {}, "new", "resolved"),
    ("start", "new", {}, "in_progress", "on_hold"),
    ("hold", "in_progress", VENDOR, "on_hold", "on_hold"),
    ("resume", "on_hold", {}, "in_progress", "new"),
    ("resolve", "in_progress", FIXED, "resolved", "closed"),
    ("reopen", "resolved", {"comment": "Again."}, "in_progress", "closed"),
    ("close", "resolved", {}, "closed", "new"),
    ("cancel", "new", {"reason": "not_an_incident"}, "canceled", "resolved"),
]


@pytest.mark.parametrize(("verb", "before", "said", "after", "wrong"), CASES)
def test_a_verb_moves_an_incident_and_counts_its_version(
    verb, before, said, after, wrong, api, alice
):
    incident = IncidentFactory(at_state=before, assignee=alice)

    response = api(alice).post(f"incidents/{incident.number}/{verb}/", **said)

    assert response.status_code == 200
    assert response.json()["state"] == after
    assert response["ETag"] == f'"{incident.number}.2"'


@pytest.mark.parametrize(("verb", "before", "said", "after", "wrong"), CASES)
def test_a_verb_is_refused_with_a_sentence_where_the_state_forbids_it(
    verb, before, said, after, wrong, api, alice
):
    incident = IncidentFactory(at_state=wrong, assignee=alice)

    response = api(alice).post(f"incidents/{incident.number}/{verb}/", **said)

    problem = response.json()
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert problem["title"] == "Conflict"
    assert problem["detail"].startswith(incident.number)
    incident.refresh_from_db()
    assert (incident.state, incident.version) == (wrong, 1)


def test_the_cases_are_all_there_are():
    by_people = {verb for verb, each in workflow.transitions.items() if each.by_people}
    assert {case[0] for case in CASES} == by_people


@pytest.mark.parametrize(
    ("verb", "said", "field"),
    [
        ("resolve", {"notes": "Restarted."}, "code"),
        ("resolve", {"code": "magic", "notes": "Restarted."}, "code"),
        ("resolve", {"code": "fixed"}, "notes"),
        ("resolve", {"code": "fixed", "notes": 7}, "notes"),
        ("resolve", {**FIXED, "at": "2020-01-01"}, "at"),
        ("hold", {"reason": "awaiting_caller"}, "comment"),
        ("hold", {**VENDOR, "resume_at": "2020-01-01T00:00:00Z"}, "resume_at"),
        ("assign", {"assignee": "charlie"}, "assignee"),
        ("assign", {"team": "nobody"}, "team"),
        ("cancel", {"reason": "duplicate", "duplicate_of": "INC-0"}, "duplicate_of"),
    ],
)
def test_what_is_missing_or_wrong_is_named(verb, said, field, api, alice, charlie):
    incident = IncidentFactory(at_state="in_progress", assignee=alice)

    response = api(alice).post(f"incidents/{incident.number}/{verb}/", **said)

    assert response.status_code == 400, response.json()
    assert field in response.json()["errors"]


def test_all_fields_that_are_wrong_are_named_at_once(api, alice):
    incident = IncidentFactory(at_state="in_progress", assignee=alice)

    response = api(alice).post(f"incidents/{incident.number}/resolve/", code="magic", surprise=1)

    assert set(response.json()["errors"]) == {"code", "notes", "surprise"}


def test_a_transition_takes_the_names_the_record_has_for_its_fields(api, alice):
    incident = IncidentFactory(at_state="in_progress", assignee=alice)
    path = f"incidents/{incident.number}"

    held = api(alice).post(
        f"{path}/hold/", on_hold_reason="awaiting_vendor", vendor_reference="V-1"
    )
    again = api(alice).post(
        f"{path}/resolve/", code="fixed", resolution_code="workaround", notes="Twice."
    )
    resolved = api(alice).post(
        f"{path}/resolve/", resolution_code="fixed", resolution_notes="Restarted."
    )

    assert held.json()["on_hold_reason"] == "awaiting_vendor"
    assert again.json()["errors"] == {
        "resolution_code": ["There is no field resolution_code here."]
    }
    assert resolved.json()["resolution_notes"] == "Restarted."
