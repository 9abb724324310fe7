"""Whom one may speak to on a ticket: people who may see it, and what is said there."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from itsm.people.models import User
from itsm.people.roles import Role, is_capable
from itsm.people.selectors import users_named
from itsm.tickets.models import Comment, Ticket
from itsm.tickets.prose import mentioned_in
from itsm.tickets.sight import facts_of, may_see, readers

MOST = 8
MOST_LOOKED_AT = 60
READERS = [role for role in Role if is_capable(role, "tickets.view_all")]


def mentionable(ticket: Ticket, text: str) -> list[User]:
    """The staff who may see the ticket and whose name begins with the text or holds it."""
    named = Q(username__icontains=text) | Q(name__icontains=text)
    found = _staff().filter(named).order_by("name", "username")[:MOST_LOOKED_AT]
    seeing = _of_those_who_see(ticket, found)
    first = [each for each in seeing if _begins(each, text)]
    return [*first, *(each for each in seeing if each not in first)][:MOST]


def mentioned(ticket: Ticket, comment: Comment, *, actor: User) -> list[User]:
    """Those a comment speaks to who may read it; nobody speaks to himself."""
    if "@" not in comment.body:
        return []
    named = users_named(mentioned_in(comment.body)).values()
    seeing = _of_those_who_see(ticket, named)
    return [
        each
        for each in sorted(seeing, key=lambda user: user.pk)
        if each.pk != actor.pk and (comment.public or each.has_perm("tickets.view_all"))
    ]


def _staff() -> QuerySet[User]:
    return User.objects.filter(role__in=READERS, is_active=True, is_bot=False)


def _of_those_who_see(ticket: Ticket, people: Iterable[User]) -> list[User]:
    asked = [each for each in people if each.is_active and not each.is_bot]
    if not asked:
        return []
    facts, seen_as = facts_of([ticket.pk])[ticket.pk], readers([each.pk for each in asked])
    return [each for each in asked if may_see(seen_as[each.pk], facts)]


def _begins(user: User, text: str) -> bool:
    start = text.lower()
    return user.username.lower().startswith(start) or user.name.lower().startswith(start)
