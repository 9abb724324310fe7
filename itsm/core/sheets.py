"""Tables as CSV text: read whatever a spreadsheet writes, write nothing a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid

MOST_ROWS = 5000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
ADDED, CHANGED, UNCHANGED, WRONG = "added", "changed", "unchanged", "wrong"


@dataclass
class RowReport:
    """What became, or would become, of one row of a table that is taken in."""

    line: int
    name: str
    outcome: str = UNCHANGED
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass
class Report:
    """What became of a table."""

    rows: list[RowReport]
    is_written: bool

    def count(self, outcome: str) -> int:
        return sum(row.outcome == outcome for row in self.rows)


def concluded(rows: list[RowReport], *, dry_run: bool) -> Report:
    """What became of a table within a transaction: all of it is kept, or nothing of it."""
    is_written = not dry_run and all(row.outcome != WRONG for row in rows)
    if not is_written:
        transaction.set_rollback(True)
    return Report(rows, is_written)


def read(text: str, *, columns: Sequence[str], key: str = "name") -> list[dict[str, str]]:
    """The rows by column name; Invalid when the heading misses the key, or names something else."""
    text = text.removeprefix("\ufeff")
    heading = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(heading), strict=True)
    try:
        lines = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise Invalid(
            _("Line %(line)d is not CSV: %(why)s.") % {"line": reader.line_num, "why": error}
        ) from None
    if len(lines) - 1 > MOST_ROWS:
        raise Invalid(_("Import at most %(most)d rows at once.") % {"most": MOST_ROWS})
    names = [cell.strip().lower() for cell in lines[0]] if lines else []
    _check_heading(names, columns, key)
    return [
        {name: _unguarded(cell) for name, cell in zip(names, line, strict=False)}
        for line in lines[1:]
    ]


def written(rows: Iterable[Mapping[str, object]], *, columns: Sequence[str]) -> str:
    """The rows as CSV."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow(columns)
    writer.writerows([_guarded(row.get(name)) for name in columns] for row in rows)
    return sheet.getvalue()


def _check_heading(names: Sequence[str], columns: Sequence[str], key: str) -> None:
    known = ", ".join(columns)
    if key not in names:
        raise Invalid(_("Begin with a line that names the columns: %(known)s.") % {"known": known})
    for name in names:
        if name not in columns or names.count(name) > 1:
            raise Invalid(
                _("%(name)s is no column, or is there twice; the columns are %(known)s.")
                % {"name": name[:100] or "''", "known": known},
                field=name[:100] or None,
            )


def _delimiter(heading: str) -> str:
    return max(",;\t", key=heading.count)


def _guarded(value: object) -> str:
    text = ";".join(map(_plain, value)) if isinstance(value, list) else _plain(value)
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _unguarded(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith((*FORMULA, "'")) else text
