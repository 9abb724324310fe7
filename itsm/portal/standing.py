"""How each service stands now, and stood on each of the last days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from incidents.outages import Outage, lately
from itsm.inventory.models import Service
from itsm.inventory.selectors import followed_by
from itsm.people.models import User
from itsm.portal.selectors import reportable_services

DAYS = 14


@dataclass(frozen=True)
class Day:
    """One day of a service: whether it had trouble that everybody might know of."""

    on: date
    has_trouble: bool


@dataclass(frozen=True)
class Standing:
    """One service as everybody may know of it."""

    service: Service
    has_trouble: bool
    is_followed: bool
    days: Sequence[Day]

    @property
    def bad_days(self) -> int:
        return sum(each.has_trouble for each in self.days)


def standings(user: User, outages: Sequence[Outage]) -> list[Standing]:
    """The services this person may know of, those with trouble first."""
    troubled = {each.service.pk for each in outages}
    followed = followed_by(user)
    today = timezone.localdate()
    days = [today - timedelta(days=each) for each in reversed(range(DAYS))]
    spans = _spans(user)
    found = [
        Standing(
            service=each,
            has_trouble=each.pk in troubled,
            is_followed=each.pk in followed,
            days=[Day(day, _is_bad(day, spans.get(each.pk, ()))) for day in days],
        )
        for each in reportable_services(user)
    ]
    return sorted(found, key=lambda each: not each.has_trouble)


Span = tuple[datetime, datetime | None]


def _spans(user: User) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for service_id, begun, over in lately(user, since=timezone.now() - timedelta(days=DAYS)):
        found.setdefault(service_id, []).append((begun, over))
    return found


def _is_bad(day: date, spans: Sequence[Span]) -> bool:
    return any(
        timezone.localdate(begun) <= day and (over is None or timezone.localdate(over) >= day)
        for begun, over in spans
    )
