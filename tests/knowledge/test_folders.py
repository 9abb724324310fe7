"""Folders of Markdown taken in and out: tried first, and the same however often."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from itsm.people.models import User
from knowledge.models import Article, Image, Version
from tests.factories import ServiceFactory
from tests.world_of_articles import PIXEL

pytestmark = pytest.mark.django_db

VPN = """---
title: Connect to the VPN
summary: How to reach the house.
audience: public
kind: how_to
team: platform
service: vpn
---

## Steps

1. Start it. ![dialog](img/dialog.png)
"""


def told(do: str, folder: Path, *options: str) -> str:
    said = StringIO()
    call_command("articles", do, str(folder), "--as", "alice", *options, stdout=said)
    return said.getvalue()


@pytest.fixture
def folder(tmp_path: Path, alice: User) -> Path:
    """An article in two languages, one without a head, and one that is wrong."""
    ServiceFactory(name="vpn")
    for name, text in (
        ("vpn.md", VPN),
        ("vpn.de.md", VPN.replace("Connect to the VPN", "Mit dem VPN verbinden")),
        ("ops/restart-the-shop.md", "# Restart the shop\n\nWith care.\n"),
        ("wrong.md", "---\ncolour: red\n---\nText\n"),
    ):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    picture = tmp_path / "in" / "img" / "dialog.png"
    picture.parent.mkdir()
    picture.write_bytes(PIXEL)
    return tmp_path / "in"


def test_a_folder_is_tried_taken_in_once_and_then_the_same(folder: Path) -> None:
    with pytest.raises(CommandError):
        told("import", folder, "--dry-run")
    assert not Article.objects.exists()
    assert not Image.objects.exists()

    (folder / "wrong.md").unlink()
    assert "3 added, 0 changed, 0 unchanged, 0 wrong" in told("import", folder, "--publish")
    assert "0 added, 0 changed, 3 unchanged, 0 wrong" in told("import", folder)
    assert Article.objects.count() == 2
    assert Image.objects.count() == 1
    by_title = {each.title: each for each in Version.objects.all()}
    assert by_title["Restart the shop"].state == "published"
    assert by_title["Restart the shop"].body == "With care."
    vpn, german = by_title["Connect to the VPN"], by_title["Mit dem VPN verbinden"]
    assert (vpn.state, german.state) == ("review", "review")
    assert vpn.article == german.article
    assert "/knowledge/images/" in vpn.body


def test_what_is_taken_out_is_taken_in_as_the_same(folder: Path, tmp_path: Path) -> None:
    (folder / "wrong.md").unlink()
    told("import", folder)
    Version.objects.update(
        state="published", published_at="2026-11-01T00:00Z", review_due_at="2027-05-01T00:00Z"
    )
    Article.objects.filter(versions__title="Restart the shop").update(origin="")

    assert "3 files written." in told("export", tmp_path / "out")

    assert "0 added, 0 changed, 3 unchanged" in told("import", tmp_path / "out")
    written = (tmp_path / "out" / "vpn.en.md").read_text()
    assert "](images/" in written
    (tmp_path / "out" / "vpn.en.md").write_text(written.replace("Start it", "Begin it"))
    assert "1 changed" in told("import", tmp_path / "out")
    assert Version.objects.filter(state="draft", number=2, body__contains="Begin it").exists()


def test_no_file_reaches_out_of_its_folder(folder: Path) -> None:
    (folder / "wrong.md").write_text("![x](../../etc/passwd)\n")

    with pytest.raises(CommandError):
        told("import", folder)

    assert Article.objects.count() == 2
