"""Questions about boards, their meetings and their agendas."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from changes.models import AgendaItem, Board, Change, Meeting
from itsm.core.errors import NotFound
from itsm.people.models import User
from itsm.tickets.permissions import may_see_notes
from itsm.tickets.selectors import visible_tickets

PLANNED_AHEAD = timedelta(days=35)
LOOKED_BACK = timedelta(days=60)
MOST_MEETINGS = 12
OPEN_ITEMS = (AgendaItem.State.PENDING, AgendaItem.State.DISCUSSED)


def active_boards() -> QuerySet[Board]:
    """The boards in use."""
    return Board.objects.filter(is_active=True).select_related("team", "chair")


def boards_for(user: User) -> list[Board]:
    """The boards with their last and next meetings, for whoever works here."""
    if not may_see_notes(user):
        return []
    since = timezone.now() - LOOKED_BACK
    meetings = Meeting.objects.filter(starts_at__gte=since).order_by("starts_at")
    return list(active_boards().prefetch_related(Prefetch("meetings", meetings)))


def meeting_for(user: User, meeting_id: int) -> Meeting:
    """One meeting; NotFound unless the person works here."""
    found = Meeting.objects.filter(pk=meeting_id).select_related("board__team", "board__chair")
    meeting = found.first() if may_see_notes(user) else None
    if meeting is None:
        raise NotFound("There is no such meeting.")
    return meeting


def agenda_of(user: User, meeting: Meeting) -> list[AgendaItem]:
    """What a meeting looks at, as far as this person may see it."""
    seen = visible_tickets(user, Change).select_related(None).values("pk")
    items = AgendaItem.objects.filter(meeting=meeting, change__in=seen)
    return list(items.select_related("change__service", "change__assignee").order_by("pk"))


def next_meeting(board: Board, *, after: datetime) -> Meeting | None:
    """The next meeting of a board that has not begun."""
    planned = Meeting.objects.filter(board=board, state=Meeting.State.PLANNED, starts_at__gt=after)
    return planned.order_by("starts_at").first()


def open_items_of(change: Change) -> Sequence[AgendaItem]:
    """Where a change is still to be talked about."""
    items = AgendaItem.objects.filter(change=change.pk, state__in=OPEN_ITEMS)
    return list(items.select_related("meeting__board").order_by("pk"))


def chairs(user: User, board: Board) -> bool:
    """Whether the person leads the board's meetings today: the chair, a substitute, a manager."""
    if user.pk == board.chair_id or user.has_perm("changes.manage"):
        return True
    today = timezone.localdate()
    standing_in = user.substitutes_for.filter(starts_on__lte=today, ends_on__gte=today)
    return standing_in.filter(principal=board.chair_id).exists()
