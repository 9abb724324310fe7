"""A timeline in words: who did what, and which columns changed from what to what."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.inventory.selectors import service_names
from itsm.people.models import User
from itsm.people.selectors import team_names, user_names
from itsm.tickets.behind import Behind, behind_of
from itsm.tickets.desks import address_of
from itsm.tickets.models import Level, Ticket
from itsm.tickets.permissions import may_work
from itsm.tickets.selectors import Moment
from itsm.tickets.workflow import workflows

LABELS = {
    "title": _l("title"),
    "description": _l("description"),
    "impact": _l("impact"),
    "urgency": _l("urgency"),
    "priority": _l("priority"),
    "service_id": _l("service"),
    "team_id": _l("team"),
    "assignee_id": _l("assignee"),
    "caller_id": _l("caller"),
    "tags": _l("tags"),
    "confidential": _l("confidential"),
    "state": _l("state"),
}
PEOPLE = ("assignee_id", "caller_id")
# The state is in the sentence already, and so is what a transition was given.
OF_STATE = frozenset({"state"})
ICONS = {
    "opened": "circle-plus",
    "assigned": "user-round",
    "acknowledged": "eye",
    "started": "play",
    "unacknowledged": "rotate-ccw",
    "unstarted": "rotate-ccw",
    "paused": "circle-pause",
    "resumed": "play",
    "resolved": "circle-check",
    "reopened": "rotate-ccw",
    "closed": "circle-check-big",
    "canceled": "circle-slash",
    "edited": "pencil",
    "priority_overridden": "flag",
    "linked": "link",
    "unlinked": "unlink",
    "file_attached": "paperclip",
    "follow_up_opened": "corner-down-right",
    "alerts_joined": "siren",
    "raised": "trending-up",
    "affected_joined": "hand",
    "affected_departed": "hand",
    "outage_updated": "megaphone",
    "rated": "star",
    "notified": "send",
    "evidence_asked": "search",
    "evidence_gathered": "search",
    "submitted": "send",
    "task_added": "list-checks",
    "task_moved": "list-checks",
    "step_finished": "check",
    "step_failed": "circle-alert",
    "cause_suspected": "git-compare",
    "approval_requested": "stamp",
    "approval_granted": "circle-check",
    "approval_denied": "circle-x",
    "authorized": "circle-check",
    "rejected": "circle-x",
    "completed": "circle-check-big",
    "run_started": "play",
    "run_verified": "heart-pulse",
    "run_failed": "circle-alert",
    "run_stranded": "circle-alert",
    "run_escalated": "megaphone",
}


@dataclass(frozen=True)
class Change:
    """One column that changed, in words."""

    label: Any
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One moment as a page shows it."""

    moment: Moment
    icon: str
    template: str
    changes: Sequence[Change]
    names: "Names"
    is_mine: bool
    address: str
    is_pinned: bool = False
    may_pin: bool = False
    behind: Sequence[Behind] = ()

    @property
    def data(self) -> Mapping[str, Any]:
        data: Mapping[str, Any] = self.moment.event.data
        return data

    @property
    def words(self) -> str:
        """The event's name as words, for events nobody has worded yet."""
        return self.moment.event.name.partition(".")[2].replace("_", " ")

    @property
    def assignee(self) -> str:
        return self.names.people.get(self._after("assignee_id"), "")

    @property
    def team(self) -> str:
        return self.names.teams.get(self._after("team_id"), "")

    def _after(self, column: str) -> Any:
        return (self.data.get("diff", {}).get(column) or [None, None])[1]


@dataclass(frozen=True)
class Names:
    """What the ids in a timeline stand for."""

    people: Mapping[Any, str]
    teams: Mapping[Any, str]
    services: Mapping[Any, str]


def entries(
    user: User, ticket: Ticket, moments: Sequence[Moment], *, pinned: Collection[int] = ()
) -> list[Entry]:
    """The moments in words; costs at most one statement for each of people, teams, services,
    and for each sort of what acts by itself.
    """
    names, address, may_pin = _names(moments), address_of(ticket), may_work(user, ticket)
    behind = behind_of(user, [each.event for each in moments])
    return [
        Entry(
            moment=each,
            icon=ICONS.get(each.event.name.partition(".")[2], "dot"),
            template=template_of(each.event.name),
            changes=_changes(ticket, each, names),
            names=names,
            is_mine=each.event.actor_id == user.pk,
            address=address,
            is_pinned=each.event.pk in pinned,
            may_pin=may_pin,
            behind=behind.get(each.event.pk, ()),
        )
        for each in moments
    ]


@cache
def template_of(name: str) -> str:
    """The template that words an event: its kind's own, that of every ticket, or a general one."""
    for each in (name, f"ticket.{name.partition('.')[2]}"):
        try:
            get_template(f"timeline/{each}.txt")
        except TemplateDoesNotExist:
            continue
        return f"timeline/{each}.txt"
    return "timeline/_other.txt"


def _names(moments: Iterable[Moment]) -> Names:
    diffs = [each.event.data.get("diff", {}) for each in moments]

    def ids(*columns: str) -> set[Any]:
        return {pk for diff in diffs for column in columns for pk in diff.get(column, ())} - {None}

    people, teams, services = ids(*PEOPLE), ids("team_id"), ids("service_id")
    return Names(
        user_names(people) if people else {},
        team_names(teams) if teams else {},
        service_names(services) if services else {},
    )


def _changes(ticket: Ticket, moment: Moment, names: Names) -> list[Change]:
    diff = moment.event.data.get("diff", {})
    hidden = OF_STATE | (
        {"assignee_id", "team_id"} if moment.event.name.endswith("assigned") else set()
    )
    return [
        Change(LABELS[column], *_words(ticket, column, pair, names))
        for column, pair in diff.items()
        if column in LABELS and column not in hidden
    ]


def _words(ticket: Ticket, column: str, pair: Sequence[Any], names: Names) -> tuple[str, str]:
    if len(pair) != 2:
        return "", _("changed")
    before, after = (_word(ticket, column, value, names) for value in pair)
    return before, after


def _word(ticket: Ticket, column: str, value: Any, names: Names) -> str:
    if value is None or value in ("", []):
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    by_column = {
        "assignee_id": names.people,
        "caller_id": names.people,
        "team_id": names.teams,
        "service_id": names.services,
        "impact": LEVELS,
        "urgency": LEVELS,
    }
    if column == "priority":
        return f"P{value}"
    if column == "state":
        return str(workflows[ticket.kind].label_of(value))
    return str(by_column.get(column, {}).get(value, value))


LEVELS: Mapping[Any, Any] = dict(Level.choices)
