"""The states of versions and of the reviews of articles, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core.fields import Field, Instant
from itsm.tickets.models import Phase
from itsm.tickets.workflow import State as TicketState
from itsm.tickets.workflow import Workflow
from knowledge.models import State

workflow = Workflow(
    "article_review",
    prefix="REV",
    states={
        "new": TicketState(Phase.NEW, _("New")),
        "in_progress": TicketState(Phase.ACTIVE, _("In progress")),
        "done": TicketState(Phase.CLOSED, _("Done")),
        "canceled": TicketState(Phase.CLOSED, _("Canceled")),
    },
)
OPEN = ("new", "in_progress")


@dataclass(frozen=True)
class Move:
    """A verb that takes a version from some states to one; ``of_owner`` asks for its team."""

    verb: str
    label: Any
    sources: tuple[str, ...]
    event: str
    of_owner: bool = False
    fields: Sequence[Field] = ()
    icon: str = "circle-dot"


WHY = Field(name="reason", label=_("Why"), required=True, max_length=5000)
# What people may do. Where it leads is told by the states; whatever is not listed is refused.
MOVES = {
    each.verb: each
    for each in (
        Move(
            "submit",
            _("Submit for review"),
            (State.DRAFT,),
            "article.submitted",
            fields=[
                Instant(
                    name="publish_at",
                    label=_("Publish at"),
                    help=_("Left empty, it is published as soon as it is approved."),
                )
            ],
            icon="send",
        ),
        Move(
            "publish",
            _("Publish for staff"),
            (State.DRAFT,),
            "article.published",
            of_owner=True,
            icon="book-check",
        ),
        Move(
            "withdraw",
            _("Take it back"),
            (State.REVIEW, State.SCHEDULED, State.PENDING_RETIREMENT),
            "article.recalled",
            icon="undo-2",
        ),
        Move(
            "discard",
            _("Throw the draft away"),
            (State.DRAFT,),
            "article.discarded",
            icon="trash-2",
        ),
        Move(
            "confirm",
            _("It still holds"),
            (State.PUBLISHED, State.NEEDS_REVIEW),
            "article.confirmed",
            of_owner=True,
            icon="badge-check",
        ),
        Move(
            "retire",
            _("Ask to retire it"),
            (State.PUBLISHED, State.NEEDS_REVIEW),
            "article.retirement_requested",
            of_owner=True,
            fields=[WHY],
            icon="archive",
        ),
    )
}
