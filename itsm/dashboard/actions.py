"""Having reports sent to oneself, and sending those that are due."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.dashboard.models import Report, ReportSchedule
from itsm.dashboard.periods import last_period, next_sending
from itsm.dashboard.reports import letter_of, may_be_sent
from itsm.notifications.channels import Rejected, channels
from itsm.people.middleware import zone_of
from itsm.people.models import Team, User
from itsm.people.selectors import system_user

MOST_SCHEDULES = 20


@transaction.atomic
def schedule_report(*, user: User, every: str, team: Team | None) -> ReportSchedule:
    """Have the measures sent to oneself from the next week or month on."""
    if not user.has_perm("tickets.view_all"):
        raise NotAllowed(_("You may not see these."))
    if every not in ReportSchedule.Every.values:
        raise Invalid(_("Say how often."), field="every")
    if not user.email:
        raise Refused(_("Give your e-mail address in your account first."))
    # Two of the same person at once could otherwise both find room for one more.
    User.objects.select_for_update().get(pk=user.pk)
    if ReportSchedule.objects.filter(user=user).count() >= MOST_SCHEDULES:
        raise Refused(_("You have %(most)d reports sent already.") % {"most": MOST_SCHEDULES})
    due = next_sending(every, timezone.now(), zone_of(user))
    try:
        with transaction.atomic():
            schedule = ReportSchedule.objects.create(user=user, every=every, team=team, next_at=due)
    except IntegrityError:
        raise Refused(_("You have this report sent already.")) from None
    events.publish("report.scheduled", _subject(schedule.pk), actor=user, data=_told(schedule))
    return schedule


@transaction.atomic
def unschedule_report(*, schedule: ReportSchedule, actor: User) -> None:
    """Have a report sent no more."""
    events.publish("report.unscheduled", _subject(schedule.pk), actor=actor, data=_told(schedule))
    schedule.delete()


@transaction.atomic
def prepare_report(*, schedule_id: int, now: datetime) -> Report | None:
    """Put down that the report of the last week or month is owed, if that was not done yet.

    After a standstill only the last one is: what was missed is in the course of the measures.
    """
    due = ReportSchedule.objects.select_for_update(of=("self",)).select_related("user")
    schedule = due.filter(pk=schedule_id, next_at__lte=now).first()
    if schedule is None:
        return None
    zone = zone_of(schedule.user)
    start, end = last_period(schedule.every, now, zone)
    schedule.next_at = next_sending(schedule.every, now, zone)
    schedule.save(update_fields=["next_at"])
    report, is_new = Report.objects.get_or_create(
        schedule=schedule, end=end, defaults={"start": start}
    )
    if not is_new or not may_be_sent(schedule.user):
        return None
    data = {**_told(schedule), "report": report.pk}
    events.publish("report.prepared", _subject(schedule.pk), actor=system_user(), data=data)
    return report


def send_report(*, report_id: int) -> bool:
    """Send a report unless that was done; after a crash the letter is the same by its name."""
    found = Report.objects.select_related("schedule__user", "schedule__team")
    report = found.filter(pk=report_id, sent_at=None).first()
    if report is None or not may_be_sent(report.schedule.user):
        return False
    letter, way = letter_of(report), channels["email"]()
    try:
        way.send(letter, address=report.schedule.user.email)
    except Rejected:  # the address takes none, now or later
        return False
    return bool(Report.objects.filter(pk=report_id, sent_at=None).update(sent_at=timezone.now()))


def _subject(pk: int) -> events.Subject:
    return events.Subject("report", pk)


def _told(schedule: ReportSchedule) -> dict[str, Any]:
    return {"every": schedule.every, "team": schedule.team_id, "user": schedule.user_id}
