"""Questions about calendars and objectives."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from itsm.inventory.models import Service
from itsm.inventory.selectors import visible_services
from itsm.people.models import User
from itsm.sla.business_time import WorkingWeek
from itsm.sla.models import Calendar, Objective

ORDINARY = WorkingWeek(ZoneInfo("UTC"), {day: [(time(9), time(17))] for day in range(5)})


def default_week() -> WorkingWeek:
    """The working week that counts where no other is named; Monday to Friday until one is made."""
    calendars = Calendar.objects.prefetch_related("hours", "holidays")
    calendar = calendars.filter(is_default=True).first()
    return week_of(calendar) if calendar else ORDINARY


def week_of(calendar: Calendar) -> WorkingWeek:
    """A calendar as plain data to compute with."""
    spans: dict[int, list[tuple[time, time]]] = {}
    for each in calendar.hours.all():
        spans.setdefault(each.weekday, []).append((each.starts, each.ends))
    holidays = frozenset(each.falls_on for each in calendar.holidays.all())
    return WorkingWeek(ZoneInfo(calendar.time_zone), spans, holidays)


@dataclass(frozen=True)
class Standing:
    """How the objectives of a service stand together: the worst of each, and what is not known."""

    left: float | None = None
    burn: float | None = None
    has_objectives: bool = False
    is_partly_unknown: bool = False


def visible_objectives(user: User) -> QuerySet[Objective]:
    """The objectives this person may see: staff see all of them, end users none."""
    if not user.has_perm("tickets.view_all"):
        return Objective.objects.none()
    seen = visible_services(user).select_related(None).order_by().values("pk")
    return Objective.objects.filter(service__in=seen).select_related("service").defer("token")


def objectives_of(service: Service) -> list[Objective]:
    """What a service is to achieve."""
    found = Objective.objects.filter(service=service, is_active=True).defer("token")
    return list(found.order_by("name"))


def standing_among(found: Collection[Objective], *, now: datetime) -> Standing:
    """How much error budget a service with these objectives has left, and how fast it burns."""
    known = [each for each in found if each.is_known(now)]
    left = [each.left for each in known if each.left is not None]
    burn = [each.burn for each in known if each.burn is not None]
    return Standing(
        left=min(left, default=None),
        burn=max(burn, default=None),
        has_objectives=bool(found),
        is_partly_unknown=len(left) < len(found) or len(burn) < len(found),
    )


def burning(services: Collection[int], *, now: datetime) -> frozenset[int]:
    """Those of the services that use their error budget up before its time, as far as is known."""
    found = Objective.objects.filter(service__in=services, is_active=True, burn__gt=1)
    return frozenset(each.service_id for each in found.defer("token") if each.is_known(now))


def objectives_to_ask(before: datetime) -> QuerySet[Objective]:
    """The objectives whose queries were not asked since then, the longest ago first."""
    found = Objective.objects.filter(is_active=True).exclude(address="")
    late = found.filter(Q(asked_at__isnull=True) | Q(asked_at__lt=before))
    return late.order_by(F("asked_at").asc(nulls_first=True), "pk")
