"""Putting files on a ticket: judged by content and by name, kept under a name nobody can guess."""

import secrets
from collections.abc import Sequence
from pathlib import PurePath

import puremagic
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid
from itsm.people.models import User
from itsm.tickets.models import Attachment, Comment, Draft, Ticket

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 10
HEAD = 8192

# Nothing a browser would run: no HTML, no SVG, no scripts, whatever they call themselves.
KNOWN = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".gz": "application/gzip",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
TEXT = {".txt", ".log", ".md", ".csv", ".json", ".yaml", ".yml", ".ini", ".conf", ".eml"}
ZIPPED = {".zip", ".docx", ".xlsx", ".pptx"}


@transaction.atomic
def attach(
    *, ticket: Ticket, actor: User, files: Sequence[UploadedFile[bytes]], public: bool = True
) -> list[Attachment]:
    """Put files on a ticket outside of any comment."""
    stored = store(ticket=ticket, actor=actor, files=files, public=public)
    if stored:
        names = [each.name for each in stored]
        events.publish(
            f"{ticket.kind}.file_attached",
            ticket,
            actor=actor,
            data={"names": names},
            public=public,
        )
    return stored


def store(
    *,
    ticket: Ticket,
    actor: User,
    files: Sequence[UploadedFile[bytes]],
    comment: Comment | None = None,
    draft: Draft | None = None,
    public: bool = True,
) -> list[Attachment]:
    """Keep the files and their rows; Invalid when one of them is not welcome, and none is kept."""
    if len(files) > MOST_FILES:
        sentence = _("Attach at most %(most)d files at once.") % {"most": MOST_FILES}
        raise Invalid(sentence, field="files")
    types = [judge(file) for file in files]
    return [
        Attachment.objects.create(
            ticket_id=ticket.pk,
            comment=comment,
            draft=draft,
            author=actor,
            name=_clean_name(file),
            content_type=content_type,
            size=file.size or 0,
            stored_as=default_storage.save(f"attachments/{secrets.token_hex(24)}", file),
            public=comment.public if comment else public,
        )
        for file, content_type in zip(files, types, strict=True)
    ]


def judge(file: UploadedFile[bytes]) -> str:
    """The type the file is served with; Invalid unless name and content agree on a welcome one."""
    name = _clean_name(file)
    suffix = PurePath(name).suffix.lower()
    if not file.size:
        raise Invalid(_("%(name)s is empty.") % {"name": name}, field="files")
    if file.size > MOST_BYTES:
        raise Invalid(_("%(name)s is larger than 20 MB.") % {"name": name}, field="files")
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if suffix in TEXT and _is_text(head):
        return "text/plain; charset=utf-8"
    if suffix in KNOWN and _is_of_type(head, suffix):
        return KNOWN[suffix]
    raise Invalid(
        _("%(name)s cannot be attached: its type is not welcome or not what its name says.")
        % {"name": name},
        field="files",
    )


def _clean_name(file: UploadedFile[bytes]) -> str:
    name = PurePath((file.name or "file").replace("\\", "/")).name
    return "".join(each for each in name if each.isprintable())[-200:] or "file"


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3  # a character cut in two at the end of the sample
    return True


def _is_of_type(head: bytes, suffix: str) -> bool:
    try:
        found = {each.extension.lower() for each in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return False
    if suffix in ZIPPED:
        return head.startswith(b"PK\x03\x04")
    alike = {".jpg": {".jpg", ".jpeg", ".jfif"}, ".jpeg": {".jpg", ".jpeg", ".jfif"}}
    return bool(found & alike.get(suffix, {suffix}))
