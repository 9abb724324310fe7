"""Who carries a change out."""

from django.utils.translation import gettext_lazy as _l

from changes.models import Change
from changes.workflow import OPEN, workflow
from itsm.approvals.actions import keep_from_judging
from itsm.people.models import Team, User
from itsm.tickets.actions.assigning import GIVE_BACK_FIELDS, GIVE_FIELDS, give, give_back


@workflow.transition(
    "assign",
    label=_l("Assign"),
    source=OPEN,
    target=None,
    event="change.assigned",
    needs="changes.work",
    fields=GIVE_FIELDS,
)
def assign(
    change: Change, *, actor: User, team: Team | None = None, assignee: User | None = None
) -> None:
    """Say which team or person carries it out; who has agreed to it does not."""
    give(change, team=team, assignee=assignee)
    if assignee is not None:
        keep_from_judging(ticket=change, person=assignee)


@workflow.transition(
    "unassign",
    label=_l("Unassign"),
    source=OPEN,
    target=None,
    event="change.unassigned",
    needs="changes.work",
    fields=GIVE_BACK_FIELDS,
)
def unassign(change: Change, *, actor: User, team: bool = False) -> None:
    """Say that nobody carries it out until somebody takes it."""
    give_back(change, team=team)
