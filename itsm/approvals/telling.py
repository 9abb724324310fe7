"""Publishing what becomes of approvals: for the ticket's timeline, and for whoever waits."""

from collections.abc import Sequence
from typing import Any

from itsm.approvals.asked import asked_in
from itsm.approvals.models import Approval, Stage, Vote
from itsm.core import events
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.models import Ticket


def tell(word: str, approval: Approval, ticket: Ticket, actor: User) -> None:
    """One event for the ticket's timeline, and one for whoever waits for the answer."""
    data = {"purpose": approval.purpose, "rule": approval.rule_name, "approval": approval.pk}
    events.publish(f"{ticket.kind}.approval_{word}", record_of(ticket), actor=actor, data=data)
    events.publish(f"approval.{word}", approval, actor=actor, data=data | {"ticket": ticket.pk})


def tell_asked(
    word: str, stage: Stage, votes: Sequence[Vote], *, actor: User | None = None
) -> None:
    """Tell whoever may cast these votes that the stage waits for them."""
    approval = stage.approval
    data: dict[str, Any] = {
        "purpose": approval.purpose,
        "approval": approval.pk,
        "stage": stage.pk,
        "name": stage.name,
        "users": asked_in(stage, votes),
        "seen": approval.snapshot_hash,
    }
    record = record_of(approval.ticket)
    name = f"{record.kind}.approval_{word}"
    events.publish(name, record, actor=actor or system_user(), data=data)


def record_of(ticket: Ticket) -> events.Subject:
    """The ticket as what it is, a change for instance: an approval knows it only as a ticket."""
    return events.Subject(ticket.kind, ticket.pk)
