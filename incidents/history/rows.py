"""The rows of a foreign log: each as its layout understands it, or aside with what is wrong."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from incidents.history.layout import COUNTS, INSTANTS, ISO, TEXTS, Layout
from itsm.core.errors import Invalid

LONGEST_RECORD = 100
LONGEST_CELL = 500
EARLIEST, LATEST = 1971, 2999


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened to a record, in our words."""

    line: int
    record: str
    at: datetime
    by: str
    state: str
    reason: str
    told: Mapping[str, Any]
    kept: Mapping[str, str]
    words: str


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that cannot be used, and why."""

    line: int
    why: str
    text: str


def rows_in(path: Path, layout: Layout) -> Iterator[Row | Aside]:
    """The rows of a CSV file, plain or packed with gzip; Invalid when it is none."""
    line = 1
    try:
        with _opened(path) as file:
            reader = csv.reader(file)
            head = next(reader, [])
            _check(head, layout)
            intake = _Intake(head, layout)
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    line = reader.line_num
                    yield Aside(line, str(error), "")
                    continue
                line = reader.line_num
                if cells:
                    yield intake.row(line, cells)
    except (OSError, EOFError, zlib.error) as error:
        raise Invalid(
            _("%(file)s cannot be read after row %(row)d: %(why)s.")
            % {"file": path.name, "row": line, "why": error},
            field="file",
        ) from error


def _opened(path: Path) -> io.TextIOWrapper:
    packed = path.open("rb")
    is_gzip = packed.read(2) == b"\x1f\x8b"
    packed.seek(0)
    raw: Any = gzip.GzipFile(fileobj=packed) if is_gzip else packed
    # What is no UTF-8 is told with its row rather than ending the whole file.
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _check(head: Sequence[str], layout: Layout) -> None:
    if missing := [each for each in layout.columns if each not in head]:
        raise Invalid(
            _("The file has no column %(missing)s; it has %(known)s.")
            % {"missing": ", ".join(missing), "known": ", ".join(head)[:500] or "–"},
            field="file",
        )


class _Intake:
    """Reads cells by the places the head gives them."""

    def __init__(self, head: Sequence[str], layout: Layout) -> None:
        self.layout = layout
        self.head = list(head)
        self.place = {name: place for place, name in enumerate(head)}
        self.named = [name for name in head if "{" + name + "}" in layout.words]

    def row(self, line: int, cells: Sequence[str]) -> Row | Aside:
        try:
            return self._row(line, cells)
        except _Wrong as wrong:
            return Aside(line, str(wrong), ",".join(cells).encode(errors="replace").decode()[:2000])

    def _row(self, line: int, cells: Sequence[str]) -> Row:
        if len(cells) != len(self.head):
            told = {"count": len(cells), "expected": len(self.head)}
            raise _Wrong(_("It has %(count)d cells and not %(expected)d.") % told)
        if not "".join(cells).isprintable():
            _check_storable(cells)
        layout = self.layout
        record = self._cell(cells, layout.record)
        if not record or len(record) > LONGEST_RECORD:
            raise _Wrong(_("It does not say which record it is of."))
        at = _instant(self._cell(cells, layout.at), layout.time, layout.zone)
        if at is None:
            raise _Wrong(
                _("%(column)s is no time: %(text)s")
                % {"column": layout.at, "text": self._cell(cells, layout.at)[:60] or "–"}
            )
        word = "/".join(cells[self.place[each]].strip() for each in layout.state_columns)
        if word not in layout.states:
            raise _Wrong(_("The state %(word)s is not known.") % {"word": word[:60] or "–"})
        state, reason = layout.states[word]
        by = self._cell(cells, layout.by) if layout.by else ""
        kept = {name: text for name in layout.kept if (text := self._cell(cells, name))}
        return Row(line, record, at, by, state, reason, self._told(cells), kept, self._words(cells))

    def _told(self, cells: Sequence[str]) -> dict[str, Any]:
        layout = self.layout
        told: dict[str, Any] = {}
        for name, column in layout.fields.items():
            text = self._cell(cells, column)
            if name in TEXTS:
                told[name] = text
            elif name in INSTANTS:
                told[name] = _instant(text, layout.time, layout.zone)
            elif name in COUNTS and text.isascii() and text.isdecimal():
                told[name] = min(int(text[:9]), 32767)
        for name, meaning in layout.means.items():
            told[name] = meaning.means.get(self._cell(cells, meaning.column))
        return told

    def _words(self, cells: Sequence[str]) -> str:
        words = self.layout.words
        for name in self.named:
            words = words.replace("{" + name + "}", self._cell(cells, name))
        return ", ".join(each for part in words.split(",") if (each := part.strip()))

    def _cell(self, cells: Sequence[str], column: str) -> str:
        text = cells[self.place[column]].strip()
        return "" if text in self.layout.unknown else text[:LONGEST_CELL]


class _Wrong(Exception):  # noqa: N818 an answer, not an error
    """What is wrong with a row."""


def _check_storable(cells: Sequence[str]) -> None:
    for cell in cells:
        if "\x00" in cell or any("\ud800" <= each <= "\udfff" for each in cell):
            raise _Wrong(_("It holds characters that are no UTF-8 text."))


@lru_cache(maxsize=100_000)
def _instant(text: str, how: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        is_iso = how == ISO
        at = datetime.fromisoformat(text) if is_iso else datetime.strptime(text, how)  # noqa: DTZ007
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    return at if EARLIEST <= at.year <= LATEST else None
