"""Drafts from what was resolved: every sentence stands in a record, which is named beside it. Pure.

A draft says nothing of its own: headings from the template, and below them what people wrote.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

LONGEST = 600  # characters taken of one text
MOST_EACH = 6


@dataclass(frozen=True)
class Source:
    """What a record says: what was seen, where, why it was so, and what was done."""

    number: str
    title: str
    description: str = ""
    environment: str = ""
    cause: str = ""
    fix: str = ""
    verified: str = ""
    workaround: str = ""
    advice: str = ""


def words_of_draft(sources: Sequence[Source], *, title: str = "") -> Mapping[str, Any]:
    """The title and the text of a draft of these records."""
    meanwhile = [(each, each.advice) for each in sources]
    meanwhile += [(each, each.workaround) for each in sources]
    parts = [
        (_("Symptom"), [(each, each.title) for each in sources]
         + [(each, each.description) for each in sources]),
        (_("Environment"), [(each, each.environment) for each in sources]),
        (_("Cause"), [(each, each.cause) for each in sources]),
        *([(_("Workaround"), meanwhile)] if any(text for _each, text in meanwhile) else []),
        (_("Fix"), [(each, each.fix) for each in sources]),
        (_("How it was verified"), [(each, each.verified) for each in sources]),
    ]  # fmt: skip
    body = "\n".join(f"## {heading}\n\n{_cited(said)}\n" for heading, said in parts)
    return {"title": (title or sources[0].title)[:250], "body": body}


def _cited(said: Iterable[tuple[Source, str]]) -> str:
    """Each text once, with all records that say it."""
    by_text: dict[str, list[str]] = {}
    for source, text in said:
        if words := _shortened(text):
            numbers = by_text.setdefault(words, [])
            if source.number not in numbers:
                numbers.append(source.number)
    told = sorted(by_text.items(), key=lambda each: -len(each[1]))[:MOST_EACH]
    return "\n".join(f"- {words} ({', '.join(numbers)})" for words, numbers in told)


def _shortened(text: str) -> str:
    """In one line and not too long, cut between words: what stands there was written there."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[:LONGEST].rpartition(" ")[0]
