"""The transition table of service requests: what is not listed is refused."""

from typing import Any

import pytest

from itsm.core.errors import NotAllowed, Refused
from itsm.core.models import Event
from itsm.people.models import User
from itsm.people.selectors import system_user
from requests.actions.ordering import set_plan
from requests.models import ServiceRequest, Step
from requests.workflow import workflow
from tests.factories import ServiceRequestFactory

pytestmark = pytest.mark.django_db

STATES = list(workflow.states)
OPEN = ("submitted", "awaiting_approval", "approved", "fulfilling", "pending", "failed")
GIVEN: dict[str, dict[str, Any]] = {
    **{verb: {} for verb in ("submit", "ask", "approve", "revise", "drift", "start", "resume")},
    **{verb: {} for verb in ("fail", "repair", "fulfil", "confirm", "settle", "extend")},
    **{verb: {} for verb in ("compensate", "cancel", "reject")},
    "hold": {"reason": "The vendor is on holiday."},
    "skip": {"reason": "There is one already."},
    "assign": {"assignee": "alice"},
    "unassign": {},
}
# What SUBMITTED becomes without policy, and AWAITING_APPROVAL with one, is told by approvals.
LEADS_TO = {
    ("submit", "draft"): "approved",
    ("ask", "submitted"): "awaiting_approval",
    ("approve", "submitted"): "approved",
    ("approve", "awaiting_approval"): "approved",
    ("reject", "awaiting_approval"): "rejected",
    **{("revise", each): "draft" for each in ("submitted", "awaiting_approval", "rejected")},
    ("drift", "approved"): "approved",
    ("start", "approved"): "fulfilling",
    ("hold", "fulfilling"): "pending",
    ("resume", "pending"): "fulfilling",
    ("fail", "fulfilling"): "failed",
    ("repair", "failed"): "fulfilling",
    ("compensate", "failed"): "fulfilling",
    ("fulfil", "fulfilling"): "fulfilled",
    ("settle", "fulfilling"): "canceled",
    ("confirm", "fulfilled"): "closed_complete",
    **{("cancel", each): "canceled" for each in STATES[:4]},
    **{("cancel", each): "fulfilling" for each in ("fulfilling", "pending", "failed")},
    **{("skip", each): "closed_skipped" for each in OPEN[:3]},
    **{("assign", each): each for each in (*OPEN, "fulfilled")},
    **{("unassign", each): each for each in (*OPEN, "fulfilled")},
    ("extend", "fulfilled"): "fulfilled",
    ("extend", "closed_complete"): "closed_complete",
}
OF_REQUESTERS = {"submit", "revise", "confirm", "cancel", "extend"}


def request_in(state: str, verb: str, alice: User, **given: Any) -> ServiceRequest:
    """A request in this state, as the verb needs it to be."""
    known: dict[str, Any] = {
        "settle": {"undoing": "canceled"},
        "unassign": {"assignee": alice},
        "extend": {"lease_ends_at": "2061-01-01T00:00:00Z"},
    }
    made: ServiceRequest = ServiceRequestFactory(at_state=state, **known.get(verb, {}) | given)
    set_plan(made)
    made.approved_hash = made.plan_hash
    made.save()
    if verb == "extend":
        lease = {"days": 30, "remind_days": 3, "extensions": 1, "extend_days": 30}
        made.item.versions.update(lease=lease)
    if verb in ("fulfil", "repair"):
        at = {"fulfil": "done", "repair": "failed"}[verb]
        Step.objects.create(
            service_request=made, name="a", position=0, sort="human", key=made.number, state=at
        )
    return ServiceRequest.objects.get(pk=made.pk)


def perform(service_request: ServiceRequest, verb: str, actor: User, **given: Any) -> Any:
    transition = workflow.transitions[verb]
    return transition.perform_with(service_request, actor=actor, given=GIVEN[verb] | given)


def test_the_workflow_has_no_verb_that_this_table_does_not_know() -> None:
    assert set(workflow.transitions) == set(GIVEN)


@pytest.mark.parametrize(("verb", "state"), LEADS_TO, ids=lambda each: each)
def test_a_listed_transition_leads_where_the_table_says(verb: str, state: str, alice: User) -> None:
    service_request = request_in(state, verb, alice)

    perform(service_request, verb, alice)

    service_request.refresh_from_db()
    assert service_request.state == LEADS_TO[verb, state]
    assert service_request.phase == workflow.states[service_request.state].phase
    name = workflow.transitions[verb].event
    told = Event.objects.get(name=name, subject_type="service_request")
    assert (told.subject_id, told.data["from"]) == (service_request.pk, state)


@pytest.mark.parametrize(
    ("verb", "state"),
    [(verb, state) for verb in GIVEN for state in STATES if (verb, state) not in LEADS_TO],
)
def test_any_other_transition_is_refused_and_the_refusal_is_logged(
    verb: str, state: str, alice: User
) -> None:
    service_request = request_in(state, verb, alice)

    with pytest.raises(Refused):
        perform(service_request, verb, alice)

    service_request.refresh_from_db()
    assert service_request.state == state
    refused = Event.objects.filter(name="service_request.transition_refused")
    assert refused.filter(subject_id=service_request.pk).exists()


@pytest.mark.parametrize("verb", GIVEN)
def test_requesters_may_do_little_with_their_own_and_nothing_with_others(
    verb: str, alice: User, charlie: User, frank: User, audrey: User
) -> None:
    state = next(state for known, state in LEADS_TO if known == verb)
    own = request_in(state, verb, alice, opened_by=charlie)

    assert workflow.transitions[verb].open_to(own, charlie) == (verb in OF_REQUESTERS)
    for outsider in (frank, audrey):
        with pytest.raises(NotAllowed):
            perform(own, verb, outsider)


def test_the_house_itself_may_do_what_nobody_presses(alice: User) -> None:
    assert perform(request_in("approved", "start", alice), "start", system_user())
