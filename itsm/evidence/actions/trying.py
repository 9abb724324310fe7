"""Trying the queries of a source before a trouble needs them."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from itsm.evidence import selectors
from itsm.evidence.actions.packing import question_of
from itsm.evidence.filling import names_service
from itsm.evidence.gathering import PATIENCE, gather
from itsm.evidence.models import EvidenceSource

SPAN = timedelta(hours=1)
MOST_TRIED = 10


@dataclass(frozen=True)
class Tried:
    """What came of one query: how much it found, or why nothing."""

    name: str
    about: str
    series: int
    lines: int
    why: str

    @property
    def is_well(self) -> bool:
        """Whether it found anything."""
        return not self.why and bool(self.series or self.lines)


def try_queries(*, source: EvidenceSource, now: datetime) -> list[Tried]:
    """Ask the tool each of its queries about the last hour, as for an incident; nothing is kept."""
    ends = time.monotonic() + PATIENCE
    found: list[Tried] = []
    for query in selectors.queries_of(source)[:MOST_TRIED]:
        named = query.service or (selectors.any_service() if names_service(query.query) else None)
        about = named.name if named else ""
        if time.monotonic() > ends:
            found.append(Tried(query.name, about, 0, 0, _("The others took too long.")))
            continue
        asked = question_of(query, named, now - SPAN, now)
        told = gather([asked], split=now - SPAN / 2)
        why = told.missing.get(source.name, "")
        found.append(Tried(query.name, about, len(told.numbers), len(told.lines), why))
    return found
