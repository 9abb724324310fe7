"""Keeping what is being written, so that no device, no colleague and no crash can lose it."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid, NotAllowed
from itsm.people.models import User
from itsm.tickets.actions.attachments import MOST_FILES, store
from itsm.tickets.fields import Field
from itsm.tickets.models import Attachment, Comment, Draft, Ticket
from itsm.tickets.permissions import may_work

DRAFTED = Field(name="body", max_length=50_000)
KEPT = timedelta(days=60)
BATCH = 200


@transaction.atomic
def keep_draft(*, ticket: Ticket, author: User, body: str, public: bool) -> Draft | None:
    """Keep what somebody has written so far; an empty draft without files is forgotten."""
    _check(ticket, author)
    text = DRAFTED.clean(body)
    draft = _locked(ticket, author)
    if not text and (draft is None or not draft.attachments.exists()):
        Draft.objects.filter(ticket_id=ticket.pk, author=author).delete()
        return None
    kept, _is_new = Draft.objects.update_or_create(
        ticket_id=ticket.pk,
        author=author,
        defaults={"body": text, "public": public, "updated_at": timezone.now()},
    )
    return kept


@transaction.atomic
def attach_to_draft(
    *, ticket: Ticket, author: User, files: Sequence[UploadedFile[bytes]]
) -> list[Attachment]:
    """Keep files with a draft until it is sent; Invalid when one is not welcome."""
    _check(ticket, author)
    draft = None
    while draft is None:  # it may be sent, or forgotten, between these two
        Draft.objects.get_or_create(ticket_id=ticket.pk, author=author)
        draft = _locked(ticket, author)
    if draft.attachments.count() + len(files) > MOST_FILES:
        sentence = _("Attach at most %(most)d files at once.") % {"most": MOST_FILES}
        raise Invalid(sentence, field="files")
    return store(ticket=ticket, actor=author, files=files, draft=draft, public=False)


@transaction.atomic
def detach_from_draft(*, ticket: Ticket, author: User, attachment_id: int) -> None:
    """Take a file away from one's own draft."""
    mine = Attachment.objects.filter(draft__ticket=ticket.pk, draft__author=author)
    _forget(list(mine.filter(pk=attachment_id)))


@transaction.atomic
def send_draft(*, ticket: Ticket, author: User, comment: Comment) -> None:
    """Let the files of a draft go out with the comment it became."""
    _locked(ticket, author)
    mine = Attachment.objects.filter(draft__ticket=ticket.pk, draft__author=author)
    mine.update(comment=comment, public=comment.public, draft=None)
    Draft.objects.filter(ticket_id=ticket.pk, author=author).delete()


@transaction.atomic
def forget_old_drafts() -> int:
    """Forget drafts nobody has touched for two months, and their files; how many."""
    old = Draft.objects.filter(updated_at__lt=timezone.now() - KEPT).order_by("updated_at")
    keys = list(old.values_list("pk", flat=True)[:BATCH])
    _forget(list(Attachment.objects.filter(draft__in=keys)))
    Draft.objects.filter(pk__in=keys).delete()
    return len(keys)


def _locked(ticket: Ticket, author: User) -> Draft | None:
    """The draft, until the end of the transaction nobody else's to fill, send or forget.

    Else two uploads would each find room for one more file, and a file that comes while the draft
    is being sent would go with it.
    """
    mine = Draft.objects.select_for_update().filter(ticket_id=ticket.pk, author=author)
    return mine.first()


def _forget(files: Sequence[Attachment]) -> None:
    names = [each.stored_as for each in files]
    Attachment.objects.filter(pk__in=[each.pk for each in files]).delete()

    def clear() -> None:
        for name in names:
            default_storage.delete(name)

    transaction.on_commit(clear)


def _check(ticket: Ticket, author: User) -> None:
    if not may_work(author, ticket):
        raise NotAllowed(_("You may read %(number)s only.") % {"number": ticket.number})
