"""Which files are welcome, and who may fetch them."""

import gzip
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from itsm.core.errors import Invalid, NotFound
from itsm.people.models import User
from itsm.tickets.actions import attach, comment
from itsm.tickets.actions.attachments import judge
from itsm.tickets.models import Attachment
from itsm.tickets.selectors import attachment_for
from tests.factories import IncidentFactory

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f"
HTML = b"<html><script>alert(1)</script></html>"


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(
    ("name", "content", "served_as"),
    [
        ("screen.png", PNG, "image/png"),
        ("notes.txt", "grüße\n".encode(), "text/plain; charset=utf-8"),
        ("app.log", b"ERROR nothing works\n", "text/plain; charset=utf-8"),
        ("report.pdf", b"%PDF-1.7\n1 0 obj\n", "application/pdf"),
        ("dump.gz", gzip.compress(b"x", mtime=0), "application/gzip"),
    ],
)
def test_welcome_files_are_told_by_name_and_content(
    name: str, content: bytes, served_as: str
) -> None:
    assert judge(upload(name, content)) == served_as


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", HTML),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("script.js", b"alert(1)"),
        ("run.php", b"<?php phpinfo(); ?>"),
        ("setup.exe", b"MZ\x90\x00"),
        ("picture.png", HTML),
        ("picture.jpg", PNG),
        ("notes.txt", b"\x00\x01\x02"),
        ("nameless", b"text"),
        ("empty.txt", b""),
        ("document.docx", b"not a zip"),
    ],
)
def test_other_files_are_not(name: str, content: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        judge(upload(name, content))

    assert refusal.value.field == "files"


@pytest.mark.django_db
def test_a_file_is_kept_under_a_name_nobody_can_guess(alice: User, media: Path) -> None:
    (file,) = attach(
        ticket=IncidentFactory(), actor=alice, files=[upload("../../etc/passwd.txt", b"root")]
    )

    assert file.name == "passwd.txt"
    assert len(file.stored_as) > 48
    assert (media / file.stored_as).read_bytes() == b"root"


@pytest.mark.django_db
def test_one_unwelcome_file_keeps_none_and_says_nothing(alice: User, media: Path) -> None:
    ticket = IncidentFactory()

    with pytest.raises(Invalid):
        comment(
            ticket=ticket,
            actor=alice,
            body="See here.",
            files=[upload("a.txt", b"fine"), upload("b.html", HTML)],
        )

    assert not Attachment.objects.exists()
    assert not ticket.comments.exists()
    assert list(media.rglob("*")) == []


@pytest.mark.django_db
def test_files_follow_the_ticket_and_the_note_they_are_on(
    alice: User, charlie: User, frank: User
) -> None:
    ticket = IncidentFactory(caller=charlie)
    comment(ticket=ticket, actor=alice, body="Look.", files=[upload("a.txt", b"public")])
    comment(
        ticket=ticket, actor=alice, body="Hm.", public=False, files=[upload("b.txt", b"secret")]
    )
    public, internal = Attachment.objects.order_by("id")

    assert attachment_for(charlie, public.stored_as) == public
    for user, file in [(charlie, internal), (frank, public), (frank, internal)]:
        with pytest.raises(NotFound):
            attachment_for(user, file.stored_as)
