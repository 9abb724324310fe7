"""How services are: by their own incidents, and by what they depend on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from itsm.core.kept_questions import kept_question
from itsm.dashboard.counting import OPEN
from itsm.inventory.models import Service
from itsm.inventory.selectors import edges, reached, visible_services
from itsm.people.models import User
from itsm.people.readers import Sort, one_of, sort_of
from itsm.tickets.selectors import visible_tickets

MOST_SERVICES = 60
MOST_JUDGED = 500
SERIOUS = 2  # what is this bad or worse hurts those who depend on it
WELL = 9


@dataclass(frozen=True)
class Health:
    """How a service is: its worst open priority, and what it needs that is seriously unwell."""

    service: Service
    priority: int | None = None
    because: Sequence[Service] = ()

    @property
    def rank(self) -> int:
        """How bad it is, 1 the worst; what only suffers from others stands below a P2."""
        return min(self.priority or WELL, SERIOUS + 1 if self.because else WELL)

    @property
    def is_well(self) -> bool:
        return self.rank == WELL

    @property
    def mark(self) -> str:
        """The class of the colour it is shown in."""
        if self.priority and self.priority <= self.rank:
            return f"is-p{self.priority}"
        return "is-impaired" if self.because else "is-ok"


def worst_first(health: Iterable[Health], *, most: int = MOST_SERVICES) -> list[Health]:
    """The worst of the services."""
    return sorted(health, key=lambda each: each.rank)[:most]


def service_health(user: User) -> list[Health]:
    """How every service in use is, the most important ones first."""
    return judged(_with_worst(user.pk, sort=sort_of(user)))


@kept_question
def _with_worst(user: int, *, sort: Sort) -> QuerySet[Any]:
    reader = one_of(sort, user)
    services = visible_services(reader).select_related(None).exclude(status="retired")
    told = services.only("name", "title", "tier").order_by("tier", "name")
    return with_worst(reader, told)[:MOST_JUDGED]


def with_worst(user: User, services: QuerySet[Service]) -> QuerySet[Any]:
    """The services, each with the worst priority of its open incidents as ``worst``."""
    # One step into an index a service, however many tickets it has.
    worst = (
        visible_tickets(user)
        .select_related(None)
        .filter(service=OuterRef("pk"), kind="incident")
        .extra(where=[OPEN])  # noqa: S610 a constant
        .order_by("priority")
        .values("priority")[:1]
    )
    return services.annotate(worst=Subquery(worst))


def judged(services: Sequence[Any]) -> list[Health]:
    """The services, which know their worst, with what they suffer from."""
    by_key = {each.pk: each for each in services}
    ill = {each.pk for each in services if each.worst and each.worst <= SERIOUS}
    needs = edges() if ill else {}
    return [
        Health(each, each.worst, [by_key[pk] for pk in sorted(reached(each.pk, needs) & ill)])
        for each in services
    ]
