"""What happened to alerts, and telling everyone who cares."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from itsm.core import events
from itsm.core.events import Subject
from itsm.monitoring.lifecycle import Condition
from itsm.monitoring.sources import Signal
from itsm.people.models import User

# In this order, so that an alert that joins an incident is seen by what might resolve it.
TOLD = ("fired", "reopened", "escalated", "acknowledged", "cleared", "expired", "suppressed")


@dataclass(slots=True)
class Change:
    """Something that happened to an alert."""

    alert_id: int
    fingerprint: str
    condition: Condition
    happened: frozenset[str]
    title: str
    signal: Signal | None = None
    silence_id: int | None = None


def publish_changes(changes: Iterable[Change], *, actor: User) -> None:
    """Tell everyone who cares what happened, in one go for each sort of happening."""
    listed = list(changes)
    for name in TOLD:
        concerned = {each.alert_id: each for each in listed if name in each.happened}
        if concerned:
            events.publish(
                f"alert.{name}",
                *(Subject("alert", each) for each in concerned),
                actor=actor,
                data_of=_facts_of(concerned),
            )


def _facts_of(concerned: Mapping[int, Change]) -> Callable[[Subject], dict[str, Any]]:
    def facts(alert: Subject) -> dict[str, Any]:
        change = concerned[alert.pk]
        known: dict[str, Any] = {
            "title": change.title,
            "severity": change.condition.severity,
            "status": change.condition.status,
            "count": change.condition.count,
            "occurrence": change.condition.occurrence,
        }
        if change.silence_id is not None:
            known["silence"] = change.silence_id
        if change.signal is not None and (change.signal.actor or change.signal.comment):
            known |= {"by": change.signal.actor[:120], "comment": change.signal.comment[:2000]}
        return known

    return facts
