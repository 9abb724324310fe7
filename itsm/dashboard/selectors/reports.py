"""Questions about reports that are sent."""

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from itsm.core.errors import NotFound
from itsm.dashboard.models import Report, ReportSchedule
from itsm.people.models import User


def schedules_of(user: User) -> QuerySet[ReportSchedule]:
    """What somebody has sent to himself, with when that was last done."""
    sent = Report.objects.filter(schedule=OuterRef("pk"), sent_at__isnull=False).order_by("-end")
    found = ReportSchedule.objects.filter(user=user).select_related("team")
    return found.annotate(last_sent_at=Subquery(sent.values("sent_at")[:1]))


def schedule_for(user: User, pk: int) -> ReportSchedule:
    """One of somebody's own schedules; NotFound when it is none of his."""
    found = ReportSchedule.objects.filter(user=user, pk=pk).first()
    if found is None:
        raise NotFound("There is no such report.")
    return found


def due_schedules(now: datetime) -> list[int]:
    """The keys of the schedules whose report is due."""
    due = ReportSchedule.objects.filter(next_at__lte=now).order_by("next_at")
    return list(due.values_list("pk", flat=True)[:MOST_AT_ONCE])


MOST_AT_ONCE = 200
