"""Every question about tickets that is asked more than once."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from itsm.core.errors import NotFound
from itsm.core.kept_questions import kept_question
from itsm.core.models import Event
from itsm.people.models import User
from itsm.people.readers import Sort, one_of, sort_of
from itsm.tickets.models import (
    OPEN_PHASES,
    Attachment,
    Comment,
    Draft,
    Link,
    Rating,
    Ticket,
    Watcher,
)
from itsm.tickets.permissions import LAST_KEY, may_see_notes

ROW_RELATIONS = ("service", "team", "assignee", "caller")


def visible_tickets(
    user: User, model: type[Ticket] = Ticket, *, by_key: bool = False
) -> QuerySet[Any]:
    """The tickets of a kind this person may see, with what a row shows.

    ``by_key`` is for who goes on to name a few of them by their keys or numbers.
    """
    return model.objects.visible_to(user, by_key=by_key).select_related(*ROW_RELATIONS)


def tickets_of_kind(kind: str, model: type[Ticket]) -> QuerySet[Any]:
    """All tickets of a kind, whoever may see them; only to be narrowed by ``visible_of``."""
    return model.objects.filter(kind=kind)


def visible_of(user: User, tickets: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the tickets that this person may see."""
    visible: QuerySet[Any] = tickets.visible_to(user)  # type: ignore[attr-defined]
    return visible


def ticket_for(user: User, number: str, model: type[Ticket] = Ticket) -> Any:
    """The ticket with this number; NotFound when there is none this person may see."""
    found = _named(user.pk, number.upper(), timezone.now(), model=model, sort=sort_of(user))
    if not found:
        raise NotFound(f"There is no {number}.")
    return found[0]


@kept_question
def _named(
    user: int, number: str, now: datetime, *, model: type[Ticket], sort: Sort
) -> QuerySet[Any]:
    seen = model.objects.visible_to(one_of(sort, user), by_key=True, now=now)
    return seen.filter(number=number).select_related(*ROW_RELATIONS)


def open_tickets(user: User, model: type[Ticket] = Ticket) -> QuerySet[Any]:
    """The tickets on which work is not over."""
    return visible_tickets(user, model).filter(phase__in=OPEN_PHASES)


def names_behind(
    *,
    users: Collection[int] = (),
    teams: Collection[int] = (),
    services: Collection[int] = (),
    items_of: Collection[int] = (),
) -> dict[str, dict[int, list[str]]]:
    """What these keys stand for, by sort and key; ``items_of`` are tickets that name components.

    One statement beside the page's own: with all the names joined to it, the database spent ten
    times as long planning the page as reading it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT 'user', id, username FROM people_user WHERE id = ANY(%s)
            UNION ALL SELECT 'team', id, slug FROM people_team WHERE id = ANY(%s)
            UNION ALL SELECT 'service', id, name FROM inventory_service WHERE id = ANY(%s)
            UNION ALL SELECT 'items', link.ticket_id, item.name
              FROM tickets_ticket_configuration_items AS link
              JOIN inventory_configurationitem AS item ON item.id = link.configurationitem_id
             WHERE link.ticket_id = ANY(%s)
            """,
            [list(users), list(teams), list(services), list(items_of)],
        )
        rows = cursor.fetchall()
    found: dict[str, dict[int, list[str]]] = {"user": {}, "team": {}, "service": {}, "items": {}}
    for sort, key, name in rows:
        found[sort].setdefault(key, []).append(name)
    return found


def numbers_visible_to(user: User, ids: Collection[int]) -> dict[int, str]:
    """The numbers of those of these tickets that this person may see."""
    seen = Ticket.objects.visible_to(user, by_key=True).filter(pk__in=ids)
    return dict(seen.values_list("pk", "number"))


def reference_to(user: User, number: str) -> tuple[str, int] | None:
    """The kind and key of the ticket with this number; None when this person may not see it."""
    seen = Ticket.objects.visible_to(user, by_key=True).filter(number=number.upper())
    found: tuple[str, int] | None = seen.values_list("kind", "pk").first()
    return found


def events_visible_to(user: User) -> QuerySet[Event]:
    """The events this person may read: auditors all, other staff those of tickets they may see."""
    if user.has_perm("audit.view"):
        return Event.objects.all()
    if not user.has_perm("tickets.view_all"):
        return Event.objects.none()
    seen = Ticket.objects.visible_to(user).filter(
        pk=OuterRef("subject_id"), kind=OuterRef("subject_type")
    )
    return Event.objects.filter(Exists(seen))


@dataclass(frozen=True)
class Moment:
    """One entry of a timeline: an event, and what was said with it when it was a comment."""

    event: Event
    comment: Comment | None
    attachments: Sequence[Attachment]

    @property
    def at(self) -> datetime:
        return self.event.happened_at


UNTOLD = (
    "transition_refused", "watched", "unwatched", "moment_pinned", "moment_unpinned", "mentioned",
    "approval_asked", "approval_reminded", "template_earned",
)  # fmt: skip
SAID = ("commented", "noted")


def timeline(
    user: User,
    ticket: Ticket,
    *,
    before: int | None = None,
    size: int = 50,
    only: str = "all",
    files: Sequence[Attachment] | None = None,
) -> list[Moment]:
    """The newest moments of a ticket this person may read, oldest first.

    ``before`` is an event id to page back from; ``only`` is all, public, notes or changes;
    ``files`` are the ticket's own where they have been read already.
    """
    newest = _newest_events(
        ticket.pk,
        before or LAST_KEY,
        kind=ticket.kind,
        with_notes=may_see_notes(user),
        only=only,
        size=size,
    )
    return _with_what_was_said(user, ticket, reversed(newest), files)


@kept_question
def _newest_events(
    ticket: int, before: int, *, kind: str, with_notes: bool, only: str, size: int
) -> QuerySet[Event]:
    events = _events_in(kind, ticket, with_notes=with_notes).filter(pk__lt=before)
    if only == "public":
        events = events.filter(name=f"{kind}.commented")
    elif only == "notes":
        events = events.filter(name=f"{kind}.noted")
    elif only == "changes":
        events = events.exclude(name__in=[f"{kind}.{each}" for each in SAID])
    return events.select_related("actor").order_by("-id")[:size]


def pinned_moments(
    user: User, ticket: Ticket, *, files: Sequence[Attachment] | None = None
) -> list[Moment]:
    """The key moments of a ticket this person may read, oldest first."""
    pins = ticket.pins.select_related("event__actor").order_by("event")
    events = [each.event for each in pins if each.event.public or may_see_notes(user)]
    return _with_what_was_said(user, ticket, events, files)


def moment_for(user: User, ticket: Ticket, event_id: int) -> Event:
    """One moment of a ticket; NotFound when there is none this person may read."""
    event = _events_of(user, ticket).filter(pk=event_id).first()
    if event is None:
        raise NotFound("There is no such moment.")
    return event


def _events_of(user: User, ticket: Ticket) -> QuerySet[Event]:
    return _events_in(ticket.kind, ticket.pk, with_notes=may_see_notes(user))


def _events_in(kind: str, ticket: int, *, with_notes: bool) -> QuerySet[Event]:
    events = Event.objects.filter(subject_type=kind, subject_id=ticket)
    if not with_notes:
        events = events.filter(public=True)
    return events.exclude(name__in=[f"{kind}.{each}" for each in UNTOLD])


def _with_what_was_said(
    user: User,
    ticket: Ticket,
    events: Iterable[Event],
    files: Sequence[Attachment] | None = None,
) -> list[Moment]:
    told = list(events)
    ids = [said for each in told if (said := _said(each))]
    comments, attachments = dict[int, Comment](), dict[int, list[Attachment]]()
    if ids:
        comments = {each.pk: each for each in _comments(user, ticket).filter(pk__in=ids)}
        for each in ticket.attachments.filter(comment__in=ids) if files is None else files:
            attachments.setdefault(each.comment_id or 0, []).append(each)
    return [
        Moment(each, comments.get(said), attachments.get(said, []))
        for each, said in ((each, _said(each)) for each in told)
    ]


def _said(event: Event) -> int:
    """The comment an event is of; 0 where there is none, though a reason in words may be."""
    said = event.data.get("comment", 0)
    return said if isinstance(said, int) else 0


def _comments(user: User, ticket: Ticket) -> QuerySet[Comment]:
    comments = ticket.comments.select_related("author").order_by("id")
    return comments if may_see_notes(user) else comments.filter(public=True)


def comments_of(user: User, ticket: Ticket) -> QuerySet[Comment]:
    """What was said on a ticket, as far as this person may read it."""
    return _comments(user, ticket)


def words_said(user: User, ticket: Ticket, comment_id: int) -> str:
    """The words of a comment; none when this person may not read it."""
    return (
        _comments(user, ticket).filter(pk=comment_id).values_list("body", flat=True).first() or ""
    )


def attachments_of(user: User, ticket: Ticket) -> QuerySet[Attachment]:
    """The files of a ticket this person may fetch."""
    files = ticket.attachments.filter(draft=None).select_related("author").order_by("id")
    return files if may_see_notes(user) else files.filter(public=True)


def attachment_for(user: User, stored_as: str) -> Attachment:
    """One file; NotFound unless this person may see its ticket and the file is not internal."""
    file = Attachment.objects.select_related("ticket").filter(stored_as=stored_as).first()
    if file is not None:
        ticket = visible_tickets(user, by_key=True).filter(pk=file.ticket_id).first()
        if ticket is not None and (file.public or may_see_notes(user)):
            return file
    raise NotFound("There is no such file.")


def drafts_of(ticket: Ticket) -> QuerySet[Draft]:
    """What people are writing on a ticket, for staff to see."""
    drafts = ticket.drafts.select_related("author").order_by("id")
    return drafts.prefetch_related(Prefetch("attachments", Attachment.objects.order_by("id")))


NEIGHBOUR = ("number", "kind", "state", "phase", "title", "priority")


def links_of(user: User, ticket: Ticket) -> list[Link]:
    """The links of a ticket whose other end this person may see."""
    links = list(
        Link.objects.filter(Q(from_ticket=ticket.pk) | Q(to_ticket=ticket.pk)).order_by("id")
    )
    if not links:
        return []
    # The other ends are read once and narrow: joined to the links, each cost two whole tickets.
    others = {each.to_ticket_id for each in links} | {each.from_ticket_id for each in links}
    seen = Ticket.objects.visible_to(user, by_key=True).filter(pk__in=others).only(*NEIGHBOUR)
    ends = {each.pk: each for each in seen} | {ticket.pk: ticket}
    told = [each for each in links if {each.from_ticket_id, each.to_ticket_id} <= ends.keys()]
    for each in told:
        each.from_ticket, each.to_ticket = ends[each.from_ticket_id], ends[each.to_ticket_id]
    return told


def children_of(user: User, ticket: Ticket) -> QuerySet[Any]:
    """The records directly below one that this person may see, open ones first."""
    seen = Ticket.objects.visible_to(user, by_key=True)
    below: QuerySet[Any] = seen.filter(parent=ticket.pk)
    below = below.only(*NEIGHBOUR, "resolved_at")
    return below.order_by(F("resolved_at").asc(nulls_first=True), "-id")


def watchers_of(ticket: Ticket) -> QuerySet[Watcher]:
    """Who watches a ticket."""
    return ticket.watchers.select_related("user").order_by("user__username")


def next_for(user: User, model: type[Ticket], *, after: Ticket) -> Any:
    """What this person may turn to next: the own, then what nobody in the own teams has taken."""
    waiting = open_tickets(user, model).exclude(pk=after.pk).order_by("priority", "id")
    mine = waiting.filter(assignee=user).exclude(phase="waiting").first()
    return mine or waiting.filter(assignee=None, team__in=user.memberships.values("team")).first()


def last_event_id(ticket: Ticket) -> int:
    """The newest event of a ticket, to tell whether anything came since a page was opened."""
    newest = Event.objects.filter(subject_type=ticket.kind, subject_id=ticket.pk).order_by("-id")
    return newest.values_list("id", flat=True).first() or 0


def public_events_since(ticket: Ticket, event_id: int) -> QuerySet[Event]:
    """What came on a ticket after this event and is of concern before replying to it."""
    return Event.objects.filter(
        subject_type=ticket.kind, subject_id=ticket.pk, pk__gt=event_id, public=True
    ).order_by("id")


def rating_of(ticket: Ticket) -> Rating | None:
    """What was said of the present solution of a ticket."""
    if ticket.resolved_at is None:
        return None
    return Rating.objects.filter(ticket=ticket.pk, resolved_at=ticket.resolved_at).first()


def ratings_of(ticket: Ticket) -> QuerySet[Rating]:
    """What was said of each solution of a ticket, the newest first."""
    return Rating.objects.filter(ticket=ticket.pk).select_related("author").order_by("-resolved_at")


def said_in(comment_id: int) -> str:
    """The words of a comment, for rules, which read whatever happened."""
    return Comment.objects.filter(pk=comment_id).values_list("body", flat=True).first() or ""
