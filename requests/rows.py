"""Rows of a form as a browser sent them; they are moved, added and taken away without script."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict

from requests.values import number_in

MOST_ROWS = 60
PRESS = re.compile(r"(questions|steps|stages)\.(more|up|down|away)(?:\.(\d{1,2}))?")
Row = dict[str, str]


def rows_of(
    form: QueryDict, names: Sequence[str], *, prefix: str, said_in: Sequence[str]
) -> list[Row]:
    """The rows a browser sent, those that say nothing in these places left out."""
    columns = {
        name: [storable(each) for each in form.getlist(f"{prefix}-{name}")[:MOST_ROWS]]
        for name in names
    }
    count = max((len(each) for each in columns.values()), default=0)
    rows = [
        {name: (values[place] if place < len(values) else "") for name, values in columns.items()}
        for place in range(count)
    ]
    return [row for row in rows if any(row[name].strip() for name in said_in)]


def pressed(word: str, rows: Mapping[str, list[Row]]) -> tuple[dict[str, list[Row]], str] | None:
    """The rows after a button of theirs, and where more are wanted; None for any other button."""
    found = PRESS.fullmatch(word)
    if found is None:
        return None
    sort, verb, place = found[1], found[2], int(found[3] or 0) - 1
    changed = {name: list(each) for name, each in rows.items()}
    if verb == "more":
        return changed, sort
    mine = changed[sort]
    other = place + {"up": -1, "down": 1, "away": 0}[verb]
    if 0 <= place < len(mine) and 0 <= other < len(mine):
        mine[place], mine[other] = mine[other], mine[place]
        if verb == "away":
            del mine[place]
    return changed, ""


def with_blanks(rows: Sequence[Row], names: Sequence[str], *, more: int) -> list[Row]:
    """The rows, and some that are still empty."""
    return [*rows, *(dict.fromkeys(names, "") for _place in range(more))]


def storable(text: str) -> str:
    """What a browser sent, without what the database cannot keep."""
    return text.replace("\x00", "")


def number_or_text(text: str) -> Any:
    """A number where it is one; anything else stays as it is, to be refused in words."""
    number = number_in(text.strip())
    return text.strip() if number is None else number


def condition_of(row: Row) -> dict[str, str] | None:
    """On what a row depends, still to be checked; None where on nothing."""
    question = row["when_question"].strip()
    return {"question": question, "is": row["when_is"].strip()} if question else None


def condition_row_of(condition: Mapping[str, Any] | None) -> Row:
    """A condition as a row shows it."""
    if not condition:
        return {"when_question": "", "when_is": ""}
    wanted = condition["is"]
    words = ("yes" if wanted else "no") if isinstance(wanted, bool) else str(wanted)
    return {"when_question": condition["question"], "when_is": words}


def list_in(text: str) -> list[str]:
    """What stands between commas and line breaks."""
    return [each.strip() for each in re.split(r"[,\n]", text) if each.strip()]
