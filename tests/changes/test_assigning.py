"""Who carries a change out is said as of every other record, and does not agree to it himself."""

from typing import Any

import pytest
from django.test import Client

from changes.actions import assign, submit
from changes.models import Change
from itsm.approvals.actions import vote
from itsm.approvals.models import Approval
from itsm.automation.actions.keeping import save_rule
from itsm.core.delivery import deliver_owed
from itsm.core.errors import NotAllowed, Refused
from itsm.people.models import User
from itsm.tickets.workflow import workflows
from tests.factories import ChangeFactory

pytestmark = pytest.mark.django_db


def submitted(by: User, **given: Any) -> tuple[Change, Approval]:
    change = submit(ChangeFactory(opened_by=by, **given), actor=by)
    return change, Approval.objects.get(ticket=change.pk, state="requested")


def test_whoever_carries_it_out_from_now_on_does_not_agree_to_it(
    alice: User, bob: User, mona: User
) -> None:
    change, asked = submitted(alice, team=alice.memberships.get().team)

    assign(change, actor=alice, assignee=bob)

    with pytest.raises(NotAllowed):
        vote(approval=asked, actor=bob, word="approved")


def test_whoever_has_agreed_to_it_does_not_carry_it_out(
    alice: User, bob: User, client: Client
) -> None:
    change, asked = submitted(alice, team=alice.memberships.get().team)
    vote(approval=asked, actor=bob, word="approved")

    with pytest.raises(Refused, match="has agreed to"):
        assign(change, actor=alice, assignee=bob)

    client.force_login(alice)
    address = f"/api/v1/changes/{change.number}/assign/"
    given = {"assignee": "alice"}
    answer = client.post(address, given, content_type="application/json")
    assert (answer.status_code, answer.json()["assignee"]) == (200, "alice")


def test_a_rule_gives_a_record_of_any_kind_to_somebody(alice: User, bob: User, mona: User) -> None:
    """A kind whose records nobody can be given would refuse the verb."""
    assert [kind for kind, each in workflows.items() if "assign" not in each.transitions] == []
    save_rule(
        actor=mona,
        given={
            "slug": "to-bob",
            "name": "To Bob",
            "mode": "on",
            "events": ["change.submitted"],
            "steps": [{"verb": "assign", "values": {"assignee": "bob"}}],
        },
    )
    change, _asked = submitted(alice)

    deliver_owed()

    change.refresh_from_db()
    assert change.assignee == bob
