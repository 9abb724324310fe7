"""The views somebody finds, those in his navigation, and how much waits in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from itsm.core.errors import NotFound
from itsm.core.kept_questions import kept_question
from itsm.people.models import Membership, User
from itsm.people.selectors import team_ids_of
from itsm.tickets.bar import asked_in
from itsm.tickets.desks import desks
from itsm.tickets.queues import narrowed, start_of_day
from itsm.tickets.saved import Audience, SavedView, ViewPin
from itsm.tickets.selectors import visible_tickets

CAP = 100
MOST_PINS = 30


def visible_views(user: User, kind: str) -> QuerySet[SavedView]:
    """The views of a kind's queue that this person made or that are shared with him."""
    shared = Q(audience=Audience.EVERYONE) | Q(team__in=team_ids_of(user))
    views = SavedView.objects.filter(Q(owner=user) | shared, kind=kind)
    return views.select_related("owner", "team").order_by("name", "pk")


def view_for(user: User, kind: str, pk: int) -> SavedView:
    """One view; NotFound when this person finds none with the key."""
    view = visible_views(user, kind).filter(pk=pk).first()
    if view is None:
        raise NotFound("There is no such view.")
    return view


def pins_of(user: User) -> list[ViewPin]:
    """What stands in somebody's navigation, in its order."""
    return _pins(user.pk)


@kept_question
def _pins(user: int) -> QuerySet[ViewPin]:
    teams = Membership.objects.filter(user=user).values("team")
    shared = Q(view__audience=Audience.EVERYONE) | Q(view__team__in=teams)
    pins = ViewPin.objects.filter(Q(view__owner=user) | shared, user=user)
    return pins.select_related("view").order_by("place", "pk")[:MOST_PINS]


@dataclass(frozen=True)
class Pinned:
    """One view of the navigation: where it leads, and how much waits there."""

    view: SavedView
    address: str
    count: int | None


def pinned_views(user: User) -> list[Pinned]:
    """The views in somebody's navigation, all counted in one statement."""
    views = [each.view for each in pins_of(user) if each.view.kind in desks]
    counts = _counted(user, views)
    return [
        Pinned(each, f"{desks[each.kind].address}?{each.address}", counts.get(each.pk))
        for each in views
    ]


def _counted(user: User, views: Sequence[SavedView]) -> dict[int, int]:
    asked = {
        each.pk: question
        for each in views
        if (question := _question(user.pk, user.role, each.kind, each.query, start_of_day()))
    }
    if not asked:
        return {}
    parts = [f"(SELECT count(*) FROM ({sql}) AS counted)" for sql, _values in asked.values()]  # noqa: S608 by the ORM
    values = [each for _sql, given in asked.values() for each in given]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return dict(zip(asked, cursor.fetchone(), strict=True))


@lru_cache(maxsize=4000)
def _question(
    user_id: int, role: str, kind: str, query: str, _day: datetime
) -> tuple[str, tuple[Any, ...]] | None:
    """How a view is counted up to the cap: put together once a day, since that costs more than
    asking; None for views by words, which are ranked and not counted.
    """
    asked = asked_in(query)
    user = User(pk=user_id, role=role)
    tickets = visible_tickets(user).select_related(None).order_by()
    filters = narrowed(user, desk=desks[kind], asked=asked, tickets=tickets)
    if not filters.is_valid() or asked.get("search") or filters.qs.query.is_empty():
        return None
    sql, values = filters.qs.values_list("pk")[:CAP].query.sql_with_params()
    return str(sql), tuple(values)
