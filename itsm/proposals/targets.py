"""The fields that are proposed, and what of a record is looked at for them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.proposals.learner import Example, known_fields

# Where the value of each stands, seen from a ticket.
PATHS = {
    "service": "service__name",
    "category": "incident__category",
    "team": "team__slug",
    "assignee": "assignee__username",
}
LABELS = {
    "service": _l("Service"),
    "category": _l("Category"),
    "team": _l("Team"),
    "assignee": _l("Assignee"),
}
# What is known when a record comes, and what may be known by then.
ALWAYS = ("caller__username", "opened_by__username", "source", "impact", "urgency")
PERHAPS = ("service", "category", "team")
COLUMNS = ("pk", "title", "description", *ALWAYS, *PATHS.values())


def examples(rows: Iterable[Sequence[Any]], field: str) -> list[Example]:
    """Decided records to learn a field from; of every other one what only may be known is left out.

    So the model learns to judge with it and without.
    """
    found = []
    for row in rows:
        record = dict(zip(COLUMNS, row, strict=True))
        value = record[PATHS[field]]
        if value:
            perhaps = PERHAPS if record["pk"] % 2 else ()
            found.append(example_of(record, field, perhaps=perhaps, value=str(value)))
    return found


def example_of(
    record: Mapping[str, Any], field: str, *, perhaps: Iterable[str] = PERHAPS, value: str = ""
) -> Example:
    """A record as the learner sees it when it is asked about a field."""
    fields = [(name.partition("__")[0], record.get(name)) for name in ALWAYS]
    fields += [(name, record.get(PATHS[name])) for name in perhaps if name != field]
    return Example(
        title=record.get("title") or "",
        body=(record.get("description") or "")[:4000],
        fields=known_fields(fields),
        value=value,
    )
