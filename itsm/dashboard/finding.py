"""Finding tickets of all kinds, by words or by what they have in common."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Substr

from itsm.core.kept_questions import among, kept_question
from itsm.dashboard.filters import WorkFilter
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.paging import Page, page_of
from itsm.tickets.queues import rows_of, rows_with
from itsm.tickets.search import keys_found, words_of

MOST_FOUND = 200
MOST_SHOWN = 50
LOOKED_THROUGH = 4000  # characters of a description
AROUND = 90  # characters of a description around a word that was found


@dataclass(frozen=True)
class Findings:
    """What was found: a page of rows, how many hits each kind has, and where the words stand."""

    filters: WorkFilter
    page: Page
    by_kind: Mapping[str, int] = field(default_factory=dict)
    excerpts: Mapping[int, str] = field(default_factory=dict)


def find_tickets(user: User, asked: Mapping[str, str]) -> Findings:
    """The tickets that these filters let in and that hold the words, if there are any."""
    given = {name: value for name, value in asked.items() if value}
    rows = rows_of(user)
    filters = WorkFilter(given, queryset=rows, user=user)
    if not filters.is_valid():
        return Findings(filters, Page([]))
    if words := words_of(asked.get("q", "")):
        return _by_words(user, filters, asked["q"], words)
    page = page_of(
        filters.qs,
        order="priority" if asked.get("order") == "priority" else "newest",
        after=asked.get("after", ""),
        before=asked.get("before", ""),
    )
    return Findings(filters, page)


def _by_words(user: User, filters: WorkFilter, text: str, words: Sequence[str]) -> Findings:
    hits = keys_found(user, text, size=MOST_FOUND)
    kind = filters.form.cleaned_data.pop("kind")
    let_in = dict(_narrowed(filters).filter(pk__in=among(hits)).values_list("pk", "kind"))
    by_kind = Counter(let_in.values())
    keys = [pk for pk in hits if pk in let_in and kind in ("", None, let_in[pk])][:MOST_SHOWN]
    rows = rows_with(user, keys)
    page = Page([rows[pk] for pk in keys if pk in rows])
    return Findings(filters, page, by_kind, _excerpts(keys, words))


def _narrowed(filters: WorkFilter) -> QuerySet[Any]:
    narrowed: QuerySet[Any] = filters.filter_queryset(filters.queryset.all())
    return narrowed.select_related(None).order_by()


def _excerpts(keys: Sequence[int], words: Sequence[str]) -> dict[int, str]:
    """The piece of each description that holds the first of the words it has."""
    heads: list[tuple[int, str]] = _heads(list(keys))
    found = {pk: excerpt(head, words) for pk, head in heads}
    return {pk: text for pk, text in found.items() if text}


@kept_question
def _heads(keys: list[int]) -> QuerySet[Any, Any]:
    head = Substr("description", 1, LOOKED_THROUGH)
    found = Ticket.objects.filter(pk__in=among(keys)).annotate(head=head)
    heads: QuerySet[Any, Any] = found.values_list("pk", "head")
    return heads


def excerpt(text: str, words: Sequence[str]) -> str:
    """What stands around the first of the words, in one line."""
    line = " ".join(text.split())
    match = re.search(r"\b(?:{})".format("|".join(map(re.escape, words))), line, re.IGNORECASE)
    if match is None:
        return ""
    start, end = max(match.start() - AROUND, 0), match.end() + AROUND
    return f"{'… ' if start else ''}{line[start:end]}{' …' if end < len(line) else ''}"
