"""Boards and their meetings: what comes before them, and holding them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from changes import boards
from changes.actions import meetings
from changes.desk import desk
from changes.models import Meeting
from changes.wording import BAND_WORDS
from itsm.approvals import selectors as approvals
from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.views.page import whole

Deed = Callable[[Meeting, User, Mapping[str, str]], Any]

DEEDS: dict[str, Deed] = {
    "open": lambda meeting, user, _given: meetings.open_meeting(meeting=meeting, actor=user),
    "close": lambda meeting, user, given: meetings.close_meeting(
        meeting=meeting, actor=user, notes=given.get("notes", "")
    ),
    "notes": lambda meeting, user, given: meetings.write_notes(
        meeting=meeting, actor=user, notes=given.get("notes", "")
    ),
    "discuss": lambda meeting, user, given: meetings.discuss(
        meeting=meeting,
        item_id=whole(given.get("item", "")),
        actor=user,
        notes=given.get("notes", ""),
    ),
    "defer": lambda meeting, user, given: meetings.defer(
        meeting=meeting, item_id=whole(given.get("item", "")), actor=user
    ),
}


@staff_only
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The boards, and when they meet."""
    found = boards.boards_for(person_of(request))
    return render(request, "changes/boards.html", {"boards": found, "desk": desk})


@staff_only
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """One meeting: its agenda, everybody's votes, and for the chair the holding of it."""
    user = person_of(request)
    found = boards.meeting_for(user, meeting_id)
    if request.method != "POST":
        return _page(request, found)
    if not boards.chairs(user, found.board):
        raise NotAllowed(_("Only the chair leads the meeting."))
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        return _page(request, found, status=422)
    given = {name: str(value).replace("\x00", "") for name, value in request.POST.items()}
    try:
        deed(found, user, given)
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("change-meeting", meeting_id=meeting_id)


def _page(request: HttpRequest, found: Meeting, *, status: int = 200) -> HttpResponse:
    user = person_of(request)
    items = boards.agenda_of(user, found)
    asked = approvals.latest_of([each.change_id for each in items], "authorize")
    page = {
        "meeting": found,
        "items": [
            {
                "item": each,
                "risk": BAND_WORDS[each.change.risk_band],
                "approval": asked.get(each.change_id),
                "is_open": each.state in boards.OPEN_ITEMS,
            }
            for each in items
        ],
        "mine": approvals.open_vote_ids(user, list(asked.values())),
        "may_lead": boards.chairs(user, found.board),
        "desk": desk,
    }
    return render(request, "changes/meeting.html", page, status=status)
