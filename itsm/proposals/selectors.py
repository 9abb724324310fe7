"""Questions about what was learnt and proposed."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Count, Q, QuerySet

from itsm.proposals.learner import Answer, Model
from itsm.proposals.models import LearntModel, Proposal
from itsm.proposals.targets import COLUMNS, LABELS, PATHS, example_of
from itsm.tickets.models import Phase, Ticket

MOST_LEARNT = 20_000  # records, the newest; older ones tell of another house
LITTLE = 500  # records are learnt from in a moment


@dataclass(frozen=True)
class Proposed:
    """A value for a field, how sure it is, and what spoke for it."""

    field: str
    value: str
    sureness: float
    reasons: list[str]
    version: int

    @property
    def label(self) -> Any:
        return LABELS[self.field]


def history() -> list[tuple[Any, ...]]:
    """Decided incidents, oldest first; what is confidential teaches nobody."""
    return list(_decided().order_by("-id").values_list(*COLUMNS)[:MOST_LEARNT])[::-1]


def has_long_history() -> bool:
    """Whether learning takes long enough to stand in the way of other work."""
    return len(_decided().values_list("pk")[: LITTLE + 1]) > LITTLE


def _decided() -> QuerySet[Ticket]:
    decided = Ticket.objects.filter(
        kind="incident", phase__in=(Phase.RESOLVED, Phase.CLOSED), confidential=False
    )
    return decided.exclude(state="canceled")


def newest_models() -> dict[str, LearntModel]:
    """The model in use of each field, without its table of weights."""
    found = LearntModel.objects.defer("body").order_by("field", "-version").distinct("field")
    return {each.field: each for each in found}


def proposed_for(record: Mapping[str, Any]) -> list[Proposed]:
    """What would be proposed for the empty fields of a record; an empty value is silence."""
    found = []
    for field, kept in newest_models().items():
        if record.get(PATHS[field]):
            continue
        answer = _model(kept.pk).answer(example_of(record, field))
        told = answer or Answer("", 0.0, ())
        found.append(Proposed(field, told.value, told.sureness, list(told.reasons), kept.version))
    return found


def open_proposals(ticket: Ticket) -> list[Proposal]:
    """What was proposed for fields of a ticket that are empty still."""
    record = record_of(ticket)
    waiting = Proposal.objects.filter(ticket=ticket, taken_at=None).exclude(value="")
    return [each for each in waiting.order_by("id") if not record.get(PATHS[each.field])]


def record_of(ticket: Ticket) -> dict[str, Any]:
    """What of a ticket is looked at."""
    rows = Ticket.objects.filter(pk=ticket.pk).values_list(*COLUMNS)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else {}


def quality() -> list[dict[str, Any]]:
    """How often each field was proposed, kept silent about, taken, and right in the end."""
    counted = {
        each["field"]: each
        for each in _proposals()
        .values("field")
        .annotate(
            asked=Count("id"),
            proposed=Count("id", filter=~Q(value="")),
            taken=Count("id", filter=Q(taken_at__isnull=False)),
            judged=Count("id", filter=Q(was_right__isnull=False)),
            right=Count("id", filter=Q(was_right=True)),
        )
    }
    models = newest_models()
    nothing = dict.fromkeys(("asked", "proposed", "taken", "judged", "right"), 0)
    return [
        {
            "field": field,
            "label": LABELS[field],
            "version": models[field].version if field in models else None,
            "learnt_at": models[field].learnt_at if field in models else None,
            "records": models[field].records if field in models else 0,
            "accuracy": models[field].accuracy if field in models else None,
            "threshold": models[field].threshold if field in models else None,
            **nothing,
            **{name: n for name, n in counted.get(field, {}).items() if name != "field"},
        }
        for field in PATHS
    ]


def _proposals() -> QuerySet[Proposal]:
    return Proposal.objects.all()


@lru_cache(maxsize=8)
def _model(pk: int) -> Model:
    # A model is never changed, so that it may be kept as long as the process lives.
    kept = LearntModel.objects.get(pk=pk)
    return read(kept)


def read(kept: LearntModel) -> Model:
    """The model as it was learnt."""
    body = json.loads(zlib.decompress(bytes(kept.body)))
    steps = [(lead, right) for lead, right in body["steps"]]
    return Model(
        body["rarities"], body["weights"], steps, kept.threshold, kept.accuracy, kept.records
    )
