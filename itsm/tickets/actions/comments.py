"""Saying something on a ticket."""

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import NotAllowed, Stale
from itsm.people.models import User
from itsm.tickets.actions.attachments import store
from itsm.tickets.actions.drafting import send_draft
from itsm.tickets.fields import Field
from itsm.tickets.mentions import mentioned
from itsm.tickets.models import Attachment, Comment, Ticket
from itsm.tickets.permissions import may_work
from itsm.tickets.selectors import public_events_since

BODY = Field(name="body", required=True, max_length=50_000)


@transaction.atomic
def comment(
    *,
    ticket: Ticket,
    actor: User,
    body: str,
    public: bool = True,
    files: Sequence[UploadedFile[bytes]] = (),
    seen: int | None = None,
    within: str = "",
    with_draft: bool = False,
) -> Comment:
    """Say something to the caller (public) or write a work note for staff.

    ``seen`` is the newest event the writer saw; Stale when something public came after it.
    ``within`` names the transition that says it, so that nobody takes it for a reply.
    """
    has_files = bool(files) or (with_draft and _has_drafted_files(ticket, actor))
    text = _judged(ticket, actor, body, public=public, has_files=has_files)
    # Two answers crossing each other would each pass the check for news without this lock.
    locked = ticket.lock()
    _check_news(locked, actor, seen)
    said = Comment.objects.create(ticket_id=locked.pk, author=actor, body=text, public=public)
    store(ticket=locked, actor=actor, files=files, comment=said)
    if with_draft:
        send_draft(ticket=locked, author=actor, comment=said)
    word = "commented" if public else "noted"
    data = {"comment": said.pk, "within": within}
    events.publish(f"{locked.kind}.{word}", locked, actor=actor, data=data, public=public)
    if spoken_to := mentioned(locked, said, actor=actor):
        data = {"comment": said.pk, "users": [each.pk for each in spoken_to]}
        events.publish(f"{locked.kind}.mentioned", locked, actor=actor, data=data)
    return said


def _has_drafted_files(ticket: Ticket, actor: User) -> bool:
    return Attachment.objects.filter(draft__ticket=ticket.pk, draft__author=actor).exists()


def _judged(ticket: Ticket, actor: User, body: str, *, public: bool, has_files: bool) -> str:
    if not public and not may_work(actor, ticket):
        raise NotAllowed(_("Only staff write work notes."))
    if actor.is_staffer and not may_work(actor, ticket) and actor.pk != ticket.caller_id:
        raise NotAllowed(_("You may read %(number)s only.") % {"number": ticket.number})
    if has_files and not body.strip():
        return _("See the attached file.")
    return str(BODY.clean(body))


def _check_news(ticket: Ticket, actor: User, seen: int | None) -> None:
    if seen is None:
        return
    if public_events_since(ticket, seen).exclude(actor=actor).exists():
        raise Stale(
            _("Something came on %(number)s while you wrote; read it before you send.")
            % {"number": ticket.number}
        )
