"""What of reports is done by the clock."""

from datetime import timedelta

from django.utils import timezone

from itsm.core.chores import chore
from itsm.dashboard.actions import prepare_report
from itsm.dashboard.selectors.reports import due_schedules


@chore(every=timedelta(minutes=1))
def prepare_due_reports() -> None:
    """Put down every report that is due, each once however many run this."""
    now = timezone.now()
    for pk in due_schedules(now):
        prepare_report(schedule_id=pk, now=now)
