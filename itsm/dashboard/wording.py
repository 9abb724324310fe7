"""Short words for what just happened, and for how long things take."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.core.models import Event
from itsm.dashboard.selectors.board import Happening
from itsm.tickets.models import Ticket

WORDS = {
    "opened": _l("opened"),
    "acknowledged": _l("acknowledged"),
    "assigned": _l("assigned"),
    "started": _l("started"),
    "paused": _l("put on hold"),
    "resumed": _l("resumed"),
    "resolved": _l("resolved"),
    "reopened": _l("reopened"),
    "closed": _l("closed"),
    "canceled": _l("canceled"),
    "commented": _l("replied on"),
    "noted": _l("noted on"),
    "raised": _l("raised"),
    "submitted": _l("submitted"),
    "approval_requested": _l("asked for approval of"),
    "approval_granted": _l("approved"),
    "approval_denied": _l("rejected"),
    "approval_expired": _l("waited in vain for approval of"),
    "approval_escalated": _l("passed on the approval of"),
    "approval_voided": _l("asks no more for approval of"),
    "outage_updated": _l("told everybody of"),
    "affected_joined": _l("is hit by"),
    "affected_departed": _l("is no more hit by"),
    "rated": _l("rated"),
    "accepted": _l("accepted"),
    "approved": _l("approved"),
    "analysis_noted": _l("wrote down the analysis of"),
    "article_linked": _l("put an article beside"),
    "assessed": _l("assessed"),
    "authorized": _l("approved"),
    "cause_confirmed": _l("confirmed the cause of"),
    "completed": _l("completed"),
    "confirmed": _l("confirmed"),
    "evidence_gathered": _l("looked for the cause of"),
    "failed": _l("could not go on with"),
    "fix_started": _l("began to fix"),
    "fulfilled": _l("fulfilled"),
    "incident_linked": _l("linked an incident to"),
    "leave_requested": _l("asked for approval of"),
    "notified": _l("sent word of"),
    "rejected": _l("rejected"),
    "repaired": _l("went on with"),
    "task_added": _l("added a task to"),
    "task_moved": _l("worked on a task of"),
    "unacknowledged": _l("took back the acknowledgement of"),
    "unassigned": _l("took the assignee from"),
    "unstarted": _l("took back the start of"),
    "workaround_published": _l("told what helps with"),
}
OTHER = _l("worked on")


@dataclass(frozen=True)
class Line:
    """One line of news in words."""

    event: Event
    ticket: Ticket
    words: Any


def worded(happenings: Iterable[Happening]) -> list[Line]:
    """The happenings with their words."""
    return [Line(each.event, each.ticket, _words(each.event)) for each in happenings]


def _words(event: Event) -> Any:
    verb = event.name.partition(".")[2]
    return WORDS.get(verb, OTHER)
