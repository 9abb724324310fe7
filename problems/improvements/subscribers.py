"""How the register reacts to the rest of the house."""

from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.people.selectors import person_with_id, system_user
from itsm.tickets.models import Ticket
from problems.improvements.actions import Idea, open_improvement
from problems.improvements.models import Origin


@on("problem.action_added", moment=Moment.INSIDE)
def take_up_actions(added: list[Event]) -> None:
    """What the review of a problem wants done is an idea for the register."""
    for event in added:
        owner = next(iter(event.data["users"]), None)
        idea = Idea(
            title=event.data["title"],
            origin=Origin.PROBLEM,
            came_from=Ticket.objects.get(pk=event.subject_id),
            assignee=person_with_id(owner) if owner else None,
        )
        open_improvement(idea=idea, actor=event.actor or system_user())
