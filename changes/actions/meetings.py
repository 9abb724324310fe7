"""Boards that meet: planning meetings, filling their agendas, and holding them.

What becomes of a change is decided by the votes of its approval, in a meeting or without one; the
agenda only says so.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from changes import boards
from changes.models import AgendaItem, Board, Change, Meeting
from changes.windows import Span, occurrences
from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, NotFound, Refused
from itsm.people.models import User

State = AgendaItem.State


@transaction.atomic
def plan_meetings(*, board: Board) -> int:
    """Plan the meetings of the coming weeks that are not planned yet; how many those were."""
    now = timezone.now()
    lasts = timedelta(minutes=board.minutes)
    found = occurrences(
        Span(board.first_at, board.first_at + lasts),
        repeats=board.repeats,
        zone=ZoneInfo(board.time_zone),
        within=Span(now, now + boards.PLANNED_AHEAD),
    )
    made = 0
    for span in found:
        _meeting, is_new = Meeting.objects.get_or_create(
            board=board, starts_at=span.start, defaults={"ends_at": span.end}
        )
        made += is_new
    return made


@transaction.atomic
def table(*, change: Change, actor: User) -> None:
    """Put a change before every board that meets about such; who planned it is invited."""
    for board in boards.active_boards():
        meeting = boards.next_meeting(board, after=timezone.now())
        if meeting is not None and board.looks_at(change):
            _put(change, meeting, actor)


@transaction.atomic
def settle(*, change: Change, state: str) -> None:
    """Say on the agendas what the votes came to; where nobody is asked any more, take it off."""
    for item in boards.open_items_of(change):
        if state:
            AgendaItem.objects.filter(pk=item.pk).update(state=state)
        else:
            item.delete()


@transaction.atomic
def open_meeting(*, meeting: Meeting, actor: User) -> Meeting:
    """Begin a meeting."""
    held = _held(meeting, actor)
    if held.state != Meeting.State.PLANNED:
        raise Refused(_("The meeting has begun already, or is over."))
    return _entered(held, Meeting.State.IN_SESSION, "meeting.opened", actor)


@transaction.atomic
def close_meeting(*, meeting: Meeting, actor: User, notes: str = "") -> Meeting:
    """End a meeting; what was not decided comes before the next one."""
    held = _in_session(meeting, actor)
    held.notes = notes.strip()[:20_000] or held.notes
    for item in held.items.filter(state__in=boards.OPEN_ITEMS).select_related("change"):
        _put_off(item, held, actor)
    return _entered(held, Meeting.State.CLOSED, "meeting.closed", actor)


@transaction.atomic
def write_notes(*, meeting: Meeting, actor: User, notes: str) -> None:
    """Keep what is said; everybody who works here reads it."""
    held = _held(meeting, actor)
    Meeting.objects.filter(pk=held.pk).update(notes=notes.strip()[:20_000])


@transaction.atomic
def discuss(*, meeting: Meeting, item_id: int, actor: User, notes: str) -> None:
    """Note what was said about a change."""
    item = _item(_in_session(meeting, actor), item_id)
    if not notes.strip():
        raise Invalid(_("Say what was discussed."), field="notes")
    AgendaItem.objects.filter(pk=item.pk).update(state=State.DISCUSSED, notes=notes.strip()[:5000])
    _tell("discussed", item.change, meeting, actor, notes=notes.strip()[:500])


@transaction.atomic
def defer(*, meeting: Meeting, item_id: int, actor: User) -> None:
    """Put a change off to the next meeting."""
    held = _in_session(meeting, actor)
    item = _item(held, item_id)
    if boards.next_meeting(held.board, after=held.starts_at) is None:
        raise Refused(_("No further meeting is planned."))
    _put_off(item, held, actor)


def _put(change: Change, meeting: Meeting, actor: User) -> None:
    _item, is_new = AgendaItem.objects.get_or_create(meeting=meeting, change=change)
    if is_new:
        _tell("tabled", change, meeting, actor)


def _put_off(item: AgendaItem, meeting: Meeting, actor: User) -> None:
    AgendaItem.objects.filter(pk=item.pk).update(state=State.DEFERRED)
    following = boards.next_meeting(meeting.board, after=meeting.starts_at)
    if following is not None:
        AgendaItem.objects.get_or_create(meeting=following, change=item.change)
        _tell("deferred", item.change, following, actor)


def _tell(word: str, change: Change, meeting: Meeting, actor: User, **more: str) -> None:
    data = {
        "board": meeting.board.name,
        "meeting": meeting.pk,
        "starts_at": meeting.starts_at.isoformat(),
        **more,
    }
    events.publish(f"change.{word}", change, actor=actor, data=data)


def _held(meeting: Meeting, actor: User) -> Meeting:
    # Two chairs who end the same meeting must not both put its changes off.
    held = (
        Meeting.objects.select_for_update(of=("self",)).select_related("board").get(pk=meeting.pk)
    )
    if not boards.chairs(actor, held.board):
        raise NotAllowed(_("Only the chair leads the meeting."))
    return held


def _in_session(meeting: Meeting, actor: User) -> Meeting:
    held = _held(meeting, actor)
    if held.state != Meeting.State.IN_SESSION:
        raise Refused(_("The meeting is not in session."))
    return held


def _item(meeting: Meeting, item_id: int) -> AgendaItem:
    item = meeting.items.filter(pk=item_id).select_related("change").first()
    if item is None:
        raise NotFound(_("That is not on the agenda."))
    if item.state not in boards.OPEN_ITEMS:
        raise Refused(_("This has been decided or put off."))
    return item


def _entered(meeting: Meeting, state: str, event: str, actor: User) -> Meeting:
    meeting.state = state
    meeting.save(update_fields=["state", "notes"])
    events.publish(event, meeting, actor=actor, data={"board": meeting.board.name})
    return meeting
