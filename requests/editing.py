"""The form in which an item is kept: its columns, its rows of questions, or all of it as YAML."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid
from requests.models import CatalogItem
from requests.questions import WITH_CHOICES, Question
from requests.rows import Row, condition_of, condition_row_of, rows_of
from requests.sheets import plain

ROW = (
    "label", "name", "type", "required", "choices", "help", "min", "max", "pattern", "prefill",
    "when_question", "when_is",
)  # fmt: skip
COLUMNS = (
    "slug", "name", "category", "summary", "description", "keywords", "icon", "owner_team",
    "service", "price", "currency", "cost_centre", "quota", "hours",
)  # fmt: skip
# What the form shows of a question of these types alone; of others it is left out.
BOUNDED = ("text", "long_text", "number", "several", "date")
ONLY_OF = {"choices": WITH_CHOICES, "pattern": ("text",), "min": BOUNDED, "max": BOUNDED}
MADE = ("steps", "approval", "lease")


def rows_in(form: QueryDict) -> list[Row]:
    """The rows of questions a browser sent."""
    return rows_of(form, ROW, prefix="q", said_in=("label", "name"))


def row_of(question: Question) -> Row:
    """A question as the form shows it."""
    told = {name: str(question.get(name, "")) for name in ROW}
    told |= condition_row_of(question.get("show_when"))
    return told | {
        "required": "yes" if question.get("required") else "",
        "choices": "\n".join(question.get("choices", ())),
    }


def question_of(row: Row) -> Question:
    """What a row asks, still to be checked."""
    question: Question = {
        "name": row["name"].strip() or name_for(row["label"]),
        "label": row["label"].strip(),
        "type": row["type"] or "text",
        "required": row["required"] == "yes",
    }
    fitting = {name for name, sorts in ONLY_OF.items() if question["type"] in sorts}
    for name in ("help", "prefill", *sorted(fitting - {"choices"})):
        if row[name].strip():
            question[name] = row[name].strip()
    choices = [each.strip() for each in row["choices"].splitlines() if each.strip()]
    if choices and "choices" in fitting:
        question["choices"] = choices
    if condition := condition_of(row):
        question["show_when"] = condition
    return question


def name_for(label: str) -> str:
    """A name for a question nobody has named."""
    words = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:40]
    return words if words[:1].isalpha() else f"q_{words}"[:40].rstrip("_")


def made_in(text: str) -> dict[str, Any]:
    """The steps and terms somebody wrote; Invalid when that cannot be read."""
    found = plain(text) if text.strip() else {}
    known = {*MADE, "audience"}
    if not isinstance(found, dict) or set(map(str, found)) - known:
        raise Invalid(_("Give %(known)s.") % {"known": ", ".join(sorted(known))}, field="made")
    return found


def columns_in(form: Mapping[str, str]) -> dict[str, Any]:
    """The columns of an item as a browser sent them."""
    return {name: form.get(name, "").strip() for name in COLUMNS}


def columns_of(item: CatalogItem) -> dict[str, Any]:
    """The columns of an item as the form shows them."""
    told: dict[str, Any] = {name: getattr(item, name) for name in COLUMNS}
    return told | {
        "category": item.category.slug,
        "owner_team": item.owner_team.slug if item.owner_team else "",
        "service": item.service.name if item.service else "",
        "price": f"{item.price:.2f}",
        "quota": item.quota or "",
        "hours": item.hours or "",
    }
