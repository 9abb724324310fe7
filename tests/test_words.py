"""The catalogues: complete, faithful to the placeholders, and compiled."""

import gettext
import re
from pathlib import Path

import polib
import pytest
from django.test import Client
from django.utils import translation

from itsm.people.models import User
from tests.words import catalogues, words

PLACEHOLDER = re.compile(r"%\((\w+)\)|%[ds]")
languages = pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parts[-3])


@languages
def test_every_text_is_translated(path: Path):
    told = {
        (entry.msgctxt or "", entry.msgid)
        for entry in polib.pofile(str(path))
        if entry.translated()
    }

    assert sorted(text for context, text in set(words()) - told) == []


@languages
def test_nothing_is_kept_that_is_said_nowhere(path: Path):
    kept = {(entry.msgctxt or "", entry.msgid) for entry in polib.pofile(str(path))}

    assert sorted(kept - set(words())) == []


@languages
def test_a_translation_has_the_placeholders_of_its_text(path: Path):
    wrong = []
    for entry in polib.pofile(str(path)):
        pairs = [(entry.msgid, entry.msgstr)]
        if entry.msgid_plural:
            one, many = entry.msgstr_plural[0], entry.msgstr_plural[1]
            pairs = [(entry.msgid, one), (entry.msgid_plural, many)]
        wrong += [text for text, told in pairs if placeholders(text) != placeholders(told)]

    assert wrong == []


def placeholders(text: str) -> list[str]:
    return sorted(match[0] for match in PLACEHOLDER.finditer(text))


@languages
def test_the_compiled_catalogue_is_the_written_one(path: Path):
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    for entry in polib.pofile(str(path)):
        if entry.msgid_plural:
            assert compiled.ngettext(entry.msgid, entry.msgid_plural, 2) == entry.msgstr_plural[1]
        elif not entry.msgctxt:
            assert compiled.gettext(entry.msgid) == entry.msgstr


@pytest.mark.django_db
def test_a_reader_gets_the_pages_in_their_own_language(alice: User):
    alice.language = "de"
    alice.save()
    browser = Client()
    browser.force_login(alice)

    # What a page activates stays active in its thread, which here goes on to other tests.
    with translation.override("en"):
        page = browser.get("/incidents/").content.decode()

    assert '<html lang="de"' in page
    assert "Störungen" in page
