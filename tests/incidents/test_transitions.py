"""The transition table of incidents: what is not listed is refused."""

from typing import Any

import pytest
from django.utils import timezone

from incidents import actions
from incidents.models import Incident
from incidents.workflow import workflow
from itsm.core.errors import Invalid, NotAllowed, Refused, Stale
from itsm.core.models import Event
from itsm.people.models import User
from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db

STATES = ["new", "in_progress", "on_hold", "resolved", "closed", "canceled"]
OPEN = ["new", "in_progress", "on_hold"]

GIVEN: dict[str, dict[str, Any]] = {
    "assign": {"assignee": "bob"},
    "unassign": {},
    "acknowledge": {},
    "start": {},
    "hold": {"reason": "awaiting_vendor", "vendor_reference": "4711"},
    "resume": {},
    "resolve": {"code": "fixed", "notes": "Restarted the pool."},
    "reopen": {},
    "close": {},
    "cancel": {"reason": "not_an_incident"},
    "unacknowledge": {},
    "unstart": {},
}
LEADS_TO = {
    **{("assign", state): state for state in OPEN},
    **{("unassign", state): state for state in OPEN},
    **{("acknowledge", state): state for state in OPEN},
    ("start", "new"): "in_progress",
    ("hold", "new"): "on_hold",
    ("hold", "in_progress"): "on_hold",
    ("resume", "on_hold"): "in_progress",
    **{("resolve", state): "resolved" for state in OPEN},
    ("reopen", "resolved"): "in_progress",
    ("close", "resolved"): "closed",
    **{("cancel", state): "canceled" for state in OPEN},
    **{("unacknowledge", state): state for state in OPEN},
    ("unstart", "in_progress"): "new",
}


@pytest.fixture
def incident_in(alice: User, bob: User) -> Any:
    def make(state: str, **fields: Any) -> Incident:
        return IncidentFactory(at_state=state, assignee=alice, opened_by=alice, **fields)

    return make


def test_the_workflow_has_no_verb_that_this_table_does_not_know() -> None:
    assert set(workflow.transitions) == set(GIVEN)


@pytest.mark.parametrize(("verb", "state"), LEADS_TO, ids=lambda each: each)
def test_a_listed_transition_leads_where_the_table_says(
    verb: str, state: str, incident_in: Any, alice: User
) -> None:
    done = {"acknowledged_at": timezone.now(), "acknowledged_by": alice}
    incident = incident_in(state, **done if verb == "unacknowledge" else {})

    moved = workflow.transitions[verb].perform_with(incident, actor=alice, given=GIVEN[verb])

    assert moved.state == LEADS_TO[verb, state]
    assert moved.phase == workflow.states[moved.state].phase
    assert moved.version == incident.version + 1
    told = Event.objects.get(name=workflow.transitions[verb].event, subject_id=incident.pk)
    assert (told.data["from"], told.data["to"]) == (state, moved.state)


@pytest.mark.parametrize(
    ("verb", "state"),
    [(verb, state) for verb in GIVEN for state in STATES if (verb, state) not in LEADS_TO],
)
def test_any_other_transition_is_refused_and_the_refusal_is_logged(
    verb: str, state: str, incident_in: Any, alice: User
) -> None:
    incident = incident_in(state)

    with pytest.raises(Refused) as refusal:
        workflow.transitions[verb].perform_with(incident, actor=alice, given=GIVEN[verb])

    assert type(refusal.value) is Refused
    incident.refresh_from_db()
    assert (incident.state, incident.version) == (state, 1)
    told = Event.objects.get(subject_type="incident", subject_id=incident.pk)
    assert told.name == "incident.transition_refused"


@pytest.mark.parametrize("verb", GIVEN)
def test_who_may_only_read_may_do_nothing(verb: str, incident_in: Any, audrey: User) -> None:
    state = next(each for listed, each in LEADS_TO if listed == verb)

    with pytest.raises(NotAllowed):
        workflow.transitions[verb].perform_with(incident_in(state), actor=audrey, given=GIVEN[verb])


@pytest.mark.parametrize(
    ("verb", "given", "field"),
    [
        ("resolve", {"notes": "Restarted."}, "code"),
        ("resolve", {"code": "fixed"}, "notes"),
        ("resolve", {"code": "fixed", "notes": "   "}, "notes"),
        ("resolve", {"code": "magic", "notes": "Restarted."}, "code"),
        ("resolve", {"code": "fixed", "notes": "x", "state": "closed"}, "state"),
        ("hold", {}, "reason"),
        ("hold", {"reason": "awaiting_caller"}, "comment"),
        ("hold", {"reason": "awaiting_vendor"}, "vendor_reference"),
        ("hold", {"reason": "awaiting_change"}, "ticket"),
        ("hold", {"reason": "awaiting_problem"}, "ticket"),
        (
            "hold",
            {"reason": "awaiting_vendor", "vendor_reference": "1", "resume_at": "2020-01-01"},
            "resume_at",
        ),
        ("cancel", {}, "reason"),
        ("cancel", {"reason": "duplicate"}, "duplicate_of"),
        ("cancel", {"reason": "withdrawn", "duplicate_of": "INC-1"}, "duplicate_of"),
        ("assign", {}, "assignee"),
        ("assign", {"assignee": "charlie"}, "assignee"),
        ("assign", {"team": "no-such-team"}, "team"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    verb: str, given: dict[str, Any], field: str, incident_in: Any, alice: User, charlie: User
) -> None:
    with pytest.raises(Invalid) as refusal:
        workflow.transitions[verb].perform_with(
            incident_in("in_progress"), actor=alice, given=given
        )

    assert refusal.value.field == field


def test_work_starts_only_when_somebody_is_assigned(alice: User) -> None:
    incident = IncidentFactory()

    with pytest.raises(Refused, match="Assign"):
        actions.start(incident, actor=alice)


def test_an_acknowledgement_names_its_instant_once_and_takes_the_incident(alice: User) -> None:
    incident = actions.acknowledge(IncidentFactory(), actor=alice)

    assert incident.acknowledged_at is not None
    assert incident.assignee == alice
    with pytest.raises(Refused, match="already"):
        actions.acknowledge(incident, actor=alice)


def test_who_saw_an_older_version_is_told_so(alice: User, bob: User) -> None:
    incident = IncidentFactory(assignee=alice)
    actions.start(incident, actor=alice)

    with pytest.raises(Stale):
        actions.resolve(incident, actor=bob, code="fixed", notes="Done.", expected_version=1)


def test_reassignments_are_counted(alice: User, bob: User, erin: User) -> None:
    incident = actions.assign(IncidentFactory(), actor=alice, assignee=alice)
    incident = actions.assign(incident, actor=alice, assignee=bob)
    incident = actions.assign(incident, actor=alice, team=erin.teams.get())

    assert incident.reassignment_count == 2
    assert incident.assignee is None


def test_a_resolved_incident_has_code_notes_and_a_day_on_which_it_closes(alice: User) -> None:
    incident = actions.resolve(
        IncidentFactory(assignee=alice), actor=alice, code="fixed", notes="Restarted."
    )

    assert (incident.resolution_code, incident.resolution_notes) == ("fixed", "Restarted.")
    assert incident.resolved_by == alice
    assert (incident.auto_close_at - incident.resolved_at).days >= 9  # seven business days


def test_reopening_forgets_the_resolution_and_counts(alice: User) -> None:
    resolved = actions.resolve(IncidentFactory(), actor=alice, code="fixed", notes="Restarted.")

    incident = actions.reopen(resolved, actor=alice, comment="Still slow.")

    assert (incident.resolution_code, incident.resolved_at) == ("", None)
    assert (incident.reopen_count, incident.last_reopened_by) == (1, alice)
    assert incident.comments.get().body == "Still slow."


def test_only_a_process_manager_closes_a_major_incident(alice: User, mona: User) -> None:
    incident = IncidentFactory(at_state="resolved", major=True)

    with pytest.raises(Refused, match="process manager"):
        actions.close(incident, actor=alice)
    assert actions.close(incident, actor=mona).state == "closed"
