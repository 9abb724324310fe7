"""Planned work on services that people are told of beforehand: rooms that plan it plug in here.

@planner("changes")
def planned(services: QuerySet[Service]) -> list[Maintenance]: ...
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from itsm.core.registry import Registry
from itsm.inventory.models import Service


@dataclass(frozen=True)
class Maintenance:
    """One planned work, in words made for everybody."""

    service: Service
    words: str
    starts_at: datetime
    ends_at: datetime


Planned = Callable[[QuerySet[Service]], Sequence[Maintenance]]

planners: Registry[Planned] = Registry("planner of maintenance")
planner = planners.add


def planned_maintenance(services: QuerySet[Service]) -> list[Maintenance]:
    """The planned work on these services that is not over, the next first."""
    planned = [each for find in planners.values() for each in find(services)]
    return sorted(planned, key=lambda each: each.starts_at)
