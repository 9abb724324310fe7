"""Who is told of which event, and why; reads people, writes nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q

from itsm.core.models import Event
from itsm.core.registry import Registry
from itsm.notifications.models import Endpoint, Message
from itsm.notifications.topics import OUTSIDERS, Why, topic_of
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.sight import Facts, Reader, facts_of, may_see, readers

Chosen = Iterable[tuple[int | None, Why]]
Group = Callable[[Event, Ticket], Chosen]
Because = Message.Because
# People beyond the record's own whom an event of it concerns; the rooms above know them.
outsiders: Registry[Group] = Registry("audience")
ROUND = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)


def _caller(_event: Event, ticket: Ticket) -> Chosen:
    return [(ticket.caller_id, Why.CALLER)]


def _assignee(_event: Event, ticket: Ticket) -> Chosen:
    return [(ticket.assignee_id, Why.ASSIGNEE)]


def _assignee_or_team(event: Event, ticket: Ticket) -> Chosen:
    if ticket.assignee_id is not None or ticket.team_id is None:
        return _assignee(event, ticket)
    members = User.objects.filter(memberships__team=ticket.team_id).values_list("pk", flat=True)
    return [(each, Why.TEAM) for each in members]


def _team_if_nobody(event: Event, ticket: Ticket) -> Chosen:
    """Its team where nobody has it; whoever has it is told by the note beside it."""
    return [] if ticket.assignee_id is not None else _assignee_or_team(event, ticket)


def _watchers(_event: Event, ticket: Ticket) -> Chosen:
    return [(each, Why.WATCHER) for each in ticket.watchers.values_list("user_id", flat=True)]


def _mentioned(event: Event, _ticket: Ticket) -> Chosen:
    return [(each, Why.MENTIONED) for each in event.data.get("users", ())]


def _named(event: Event, _ticket: Ticket) -> Chosen:
    return [(each, Why.RULE) for each in event.data.get("users", ())]


def _asked(event: Event, _ticket: Ticket) -> Chosen:
    return [(each, Why.APPROVER) for each in event.data.get("users", ())]


def _planner(_event: Event, ticket: Ticket) -> Chosen:
    return [(ticket.opened_by_id, Why.CALLER)]


def _outsiders(event: Event, ticket: Ticket) -> Chosen:
    return [each for group in outsiders.values() for each in group(event, ticket)]


def _assignee_now_and_then(event: Event, ticket: Ticket) -> Chosen:
    """Of many who say the same, a word at each round number is enough."""
    return _assignee(event, ticket) if event.data.get("count") in ROUND else []


def _of_task(event: Event, ticket: Ticket) -> Chosen:
    """Who is to do a task: its person, or its team."""
    task = ticket.tasks.filter(pk=event.data.get("task")).first()
    if task is None or (task.assignee_id is None and task.team_id is None):
        return []
    if task.assignee_id is not None:
        return [(task.assignee_id, Why.ASSIGNEE)]
    members = User.objects.filter(memberships__team=task.team_id).values_list("pk", flat=True)
    return [(each, Why.TEAM) for each in members]


# By the last part of the event's name, for every kind of ticket.
CONCERNED: dict[str, tuple[Group, ...]] = {
    "opened": (_assignee_or_team, _caller),
    "assigned": (_assignee_or_team,),
    "raised": (_assignee_or_team,),
    "commented": (_caller, _assignee, _watchers),
    "noted": (_assignee, _watchers),
    "mentioned": (_mentioned,),
    "notified": (_named,),
    "paused": (_watchers,),
    "resolved": (_caller, _assignee, _watchers, _outsiders),
    "outage_updated": (_caller, _assignee, _watchers, _outsiders),
    "affected_joined": (_assignee_now_and_then,),
    "reopened": (_assignee_or_team, _watchers),
    "closed": (_watchers,),
    "canceled": (_caller, _assignee, _watchers),
    "task_added": (_of_task,),
    "fulfilled": (_caller, _watchers),
    "rejected": (_caller,),
    "lease_reminded": (_caller,),
    "failed": (_assignee_or_team,),
    "tabled": (_assignee, _planner),
    "deferred": (_assignee, _planner),
    "run_escalated": (_team_if_nobody,),
    "run_stranded": (_assignee_or_team,),
    "approval_asked": (_asked,),
    "approval_reminded": (_asked,),
    "approval_escalated": (_asked, _planner),
    "approval_granted": (_assignee, _planner),
    "approval_denied": (_assignee, _planner),
    "approval_expired": (_assignee, _planner),
    "template_earned": (_asked,),
    "action_added": (_named,),
    "fix_closed": (_assignee_or_team, _watchers),
    "recurred": (_assignee_or_team, _watchers),
    "risk_expired": (_assignee_or_team, _watchers),
}


@dataclass(frozen=True)
class Concern:
    """Somebody an event concerns: what it is to him, and what keeps it from him, if anything."""

    user: User
    why: Why
    topic: str
    because: str


def concerned(event: Event, ticket: Ticket) -> list[Concern]:
    """Whom the event concerns, each once; programs are nobody."""
    word = event.name.rpartition(".")[2]
    groups = CONCERNED.get(word, ())
    reasons: dict[int, Why] = {}
    for pk, why in (chosen for group in groups for chosen in group(event, ticket)):
        if pk is not None:
            reasons.setdefault(pk, why)
    for pk in _called_by_name(event, word):
        reasons.pop(pk, None)
    if not reasons:
        return []
    people = User.objects.filter(pk__in=reasons, is_bot=False).order_by("pk")
    facts, seers = facts_of([ticket.pk])[ticket.pk], readers(reasons)
    return [
        Concern(
            user=each,
            why=reasons[each.pk],
            topic=topic_of(word, reasons[each.pk]),
            because=_obstacle(event, facts, seers[each.pk], why=reasons[each.pk]),
        )
        for each in people
    ]


def rooms_for(event: Event, ticket: Ticket) -> list[tuple[Endpoint, str]]:
    """The rooms that want to hear of it, and what keeps it from them, if anything."""
    wanting = Endpoint.objects.filter(
        Q(team=None) | Q(team=ticket.team_id),
        is_active=True,
        words__contains=[event.name.rpartition(".")[2]],
        least_priority__gte=ticket.priority,
    )
    # Nobody knows who reads along in a room.
    because = Because.CONFIDENTIAL if ticket.confidential else ""
    return [(each, because) for each in wanting.order_by("pk")]


def _called_by_name(event: Event, word: str) -> set[int]:
    """Those whom the same words mention, who are told of that instead."""
    if word not in ("commented", "noted"):
        return set()
    mentions = Event.objects.filter(
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        name=f"{event.subject_type}.mentioned",
        data__comment=event.data.get("comment"),
    )
    return {pk for users in mentions.values_list("data__users", flat=True) for pk in users or ()}


def _obstacle(event: Event, facts: Facts, reader: Reader, *, why: Why) -> str:
    if not reader.is_active:
        return Because.INACTIVE
    if why == Why.APPROVER:
        return ""  # who is asked may see what he is asked about
    if reader.pk == event.actor_id:
        return Because.ACTOR
    if why in OUTSIDERS:
        return Because.UNSEEN if facts.confidential else ""
    is_open_to = may_see(reader, facts) and (event.public or reader.sees_notes)
    return "" if is_open_to else Because.UNSEEN
