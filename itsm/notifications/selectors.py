"""Questions about what people were told."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from itsm.core.kept_questions import kept_question
from itsm.core.models import Event
from itsm.notifications.models import (
    ChatApp,
    Endpoint,
    InboxEntry,
    Message,
    WebhookEndpoint,
)
from itsm.notifications.topics import OUTSIDERS
from itsm.people.models import User
from itsm.tickets.desks import address_of, outside_address_of
from itsm.tickets.models import Comment, Ticket
from itsm.tickets.sight import facts_of, may_see, readers

SIZE = 25
MOST_UNREAD = 100
MOST_TOLD = 40


def unread_count(user: User, *, most: int = MOST_UNREAD) -> int:
    """How many records have news for a person, counted no further than ``most``."""
    return len(_unread(user.pk, most=most))


@kept_question
def _unread(user: int, *, most: int) -> QuerySet[Any, Any]:
    unread = InboxEntry.objects.filter(user=user, is_read=False)
    return unread.order_by().values_list("pk")[:most]


@dataclass(frozen=True)
class Line:
    """One record in the inbox; without its ticket when the person may not see it.

    Of an ``outage`` such a person knows the service alone, as everybody does.
    """

    entry: InboxEntry
    event: Event
    why: str
    ticket: Ticket | None
    said: str
    is_shut: bool
    outage: str = ""


@dataclass(frozen=True)
class InboxPage:
    """Some lines, and the key of the page after them (empty when there is none)."""

    lines: list[Line]
    older: str = ""


def inbox_page(user: User, *, after: str = "", only_unread: bool = False) -> InboxPage:
    """One page of the inbox: what is new first, then what was read, the newest first in each."""
    entries = InboxEntry.objects.filter(user=user)
    if only_unread:
        entries = entries.filter(is_read=False)
    place = _parsed(after)
    if place is not None:
        entries = entries.filter(_beyond(*place))
    found = list(
        entries.select_related("ticket__service", "latest__event__actor")
        .defer("ticket__search", "ticket__description", "ticket__service__description")
        .order_by("is_read", "-latest")[: SIZE + 1]
    )
    has_more, found = len(found) > SIZE, found[:SIZE]
    return InboxPage(_lines(user, found), older=_key(found[-1]) if has_more else "")


def entry_of(user: User, entry_id: int) -> InboxEntry | None:
    """One entry of a person's inbox."""
    mine = InboxEntry.objects.filter(user=user, pk=entry_id)
    return mine.select_related("ticket", "latest").first()


def address_of_entry(user: User, entry: InboxEntry) -> str:
    """Where an entry leads, or nothing; who knows only of the outage is led to its page."""
    if entry.ticket is None:
        return ""
    if entry.latest.why in OUTSIDERS and not _seen_by(user, [entry.ticket.pk]):
        return outside_address_of(entry.ticket)
    return address_of(entry.ticket)


def told_of(event_ids: Collection[int]) -> dict[int, set[int]]:
    """Whose inboxes each of these events went into."""
    found: dict[int, set[int]] = {}
    rows = Message.objects.filter(
        event__in=event_ids, channel="inbox", status=Message.Status.SENT
    ).values_list("event_id", "recipient_id")
    for event_id, user_id in rows:
        found.setdefault(event_id, set()).add(user_id)
    return found


@dataclass(frozen=True)
class Telling:
    """One event and one person or room: by which ways it was told, or why not."""

    event: Event
    who: User | Endpoint
    messages: list[Message]

    @property
    def is_told(self) -> bool:
        return any(each.status == Message.Status.SENT for each in self.messages)


def tellings_of(ticket: Ticket) -> list[Telling]:
    """The newest tellings of a record."""
    newest = ticket.messages.select_related("event__actor", "recipient", "endpoint").order_by("-id")
    found: dict[tuple[int, int | None, int | None], list[Message]] = {}
    for each in newest[:MOST_TOLD]:
        found.setdefault((each.event_id, each.recipient_id, each.endpoint_id), []).append(each)
    return [
        Telling(each[0].event, who, each)
        for each in found.values()
        if (who := each[0].recipient or each[0].endpoint) is not None
    ]


def _lines(user: User, entries: Iterable[InboxEntry]) -> list[Line]:
    shown = list(entries)
    seen = _seen_by(user, [each.ticket_id for each in shown if each.ticket_id is not None])
    said = _said(user, [each.latest.event for each in shown if each.ticket_id in seen])
    return [_line(each, is_seen=each.ticket_id in seen, said=said) for each in shown]


def _line(entry: InboxEntry, *, is_seen: bool, said: Mapping[int, str]) -> Line:
    event, why, ticket = entry.latest.event, entry.latest.why, entry.ticket
    is_outside = ticket is not None and not is_seen and why in OUTSIDERS
    is_public_word = event.name.endswith(".outage_updated")
    return Line(
        entry=entry,
        event=event,
        why=why,
        ticket=ticket if is_seen else None,
        said=event.data["body"] if is_public_word else said.get(event.data.get("comment"), ""),
        is_shut=ticket is not None and not is_seen and not is_outside,
        outage=str(ticket.service or _("Trouble")) if ticket is not None and is_outside else "",
    )


def _seen_by(user: User, ticket_ids: Collection[int]) -> set[int]:
    if not ticket_ids:
        return set()
    reader = readers([user.pk])[user.pk]
    return {pk for pk, facts in facts_of(ticket_ids).items() if may_see(reader, facts)}


def _said(user: User, events: Iterable[Event]) -> dict[int, str]:
    ids = {each.data["comment"] for each in events if "comment" in each.data}
    if not ids:
        return {}
    comments = Comment.objects.filter(pk__in=ids)
    if not user.has_perm("tickets.view_all"):
        comments = comments.filter(public=True)
    return dict(comments.values_list("pk", "body"))


def _key(entry: InboxEntry) -> str:
    return f"{int(entry.is_read)}-{entry.latest_id}"


def _parsed(key: str) -> tuple[bool, int] | None:
    read, _, latest = key.partition("-")
    if read not in ("0", "1") or not (latest.isascii() and latest.isdigit() and len(latest) < 19):
        return None
    return read == "1", int(latest)


def _beyond(is_read: bool, latest: int) -> Q:  # noqa: FBT001 both parts of one key
    beyond = Q(is_read=is_read, latest__lt=latest)
    return beyond if is_read else beyond | Q(is_read=True)


def chat_app_at(slug: str) -> ChatApp | None:
    """The app that posts to this address, unless it was switched off."""
    return ChatApp.objects.filter(slug=slug, is_active=True).first()


def has_chat_app(slug: str) -> bool:
    """Whether an app posts to this address."""
    return ChatApp.objects.filter(slug=slug).exists()


def hears_buttons() -> bool:
    """Whether the buttons of any chat are heard."""
    return ChatApp.objects.filter(is_active=True).exists()


def member_of(app: ChatApp, member: str) -> User | None:
    """Who a member of a chat is here; None when nobody said so."""
    username = app.members.get(member)
    return User.objects.filter(username=username, is_active=True).first() if username else None


def unknown_names(names: Iterable[str]) -> list[str]:
    """Those of the user names that nobody has."""
    asked = set(names)
    return sorted(
        asked - set(User.objects.filter(username__in=asked).values_list("username", flat=True))
    )


def webhook_named(name: str) -> WebhookEndpoint | None:
    """The webhook of this name."""
    return WebhookEndpoint.objects.filter(name=name).first()
