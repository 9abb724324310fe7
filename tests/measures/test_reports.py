"""Reports that people have sent to themselves: the last whole week or month, once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.test import Client

from itsm.core.delivery import deliver_owed
from itsm.dashboard.actions import send_report
from itsm.dashboard.chores import prepare_due_reports
from itsm.dashboard.models import Report, ReportSchedule
from itsm.dashboard.periods import last_period, next_sending
from itsm.people.models import Team, User
from tests.factories import IncidentFactory

FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)  # five past seven in Berlin
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("every", "now", "start", "end", "due"),
    [
        ("week", "2026-11-23T08:00", "2026-11-16", "2026-11-23", "2026-11-30"),
        ("week", "2026-11-22T23:30", "2026-11-09", "2026-11-16", "2026-11-23"),
        ("month", "2026-03-31T12:00", "2026-02-01", "2026-03-01", "2026-04-01"),
        ("month", "2027-01-01T06:59", "2026-12-01", "2027-01-01", "2027-01-01"),
        # The week in which the clocks go back has an hour more.
        ("week", "2026-10-26T08:00", "2026-10-19", "2026-10-26", "2026-11-02"),
    ],
)
def test_periods_are_whole_ones_where_the_person_lives(
    every: str, now: str, start: str, end: str, due: str
) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=BERLIN)

    begin, over = last_period(every, at, BERLIN)

    assert (begin.date().isoformat(), over.date().isoformat()) == (start, end)
    assert (begin.hour, over.hour) == (0, 0)
    sent = next_sending(every, at, BERLIN)
    assert (sent.date().isoformat(), sent.hour) == (due, 7)


@pytest.fixture
def weekly(client: Client, alice: User) -> ReportSchedule:
    """Alice, in Berlin, has asked on a Friday for a report every week."""
    User.objects.filter(pk=alice.pk).update(time_zone="Europe/Berlin")
    client.force_login(alice)
    with time_machine.travel(FRIDAY, tick=False):
        assert client.post("/measures/reports/", {"every": "week"}).status_code == 302
    return ReportSchedule.objects.get(user=alice)


def pass_time(at: datetime) -> None:
    """What the clock and the workers do then, and both once more."""
    with time_machine.travel(at, tick=False):
        for _again in range(2):
            prepare_due_reports()
            deliver_owed()


@pytest.mark.django_db
class TestSending:
    def test_a_week_is_sent_once_with_its_numbers(self, weekly: ReportSchedule) -> None:
        for place in range(12):
            opened = FRIDAY - timedelta(hours=place + 3)
            IncidentFactory(
                at_state="closed", opened_at=opened, resolved_at=opened + timedelta(hours=2)
            )

        pass_time(FRIDAY + timedelta(days=1))
        assert mail.outbox == []
        pass_time(MONDAY)

        (letter,) = mail.outbox
        assert letter.to == ["alice@example.test"]
        assert "16 Nov 2026" in letter.subject
        assert "Time to resolve: 2 h (2 h to 2 h)" in letter.body
        (name, text, media) = letter.attachments[0]
        assert (name, media) == ("measures.csv", "text/csv")
        assert "mttr,1,7200.0,7200.0,7200.0,7200.0,12,,0,unknown,2026-11-16T00:00:00+01:00" in text
        assert Report.objects.get().sent_at is not None
        assert letter.extra_headers["Message-ID"].startswith(f"<report-{Report.objects.get().pk}@")

    def test_each_week_has_its_own_and_a_standstill_only_the_last(
        self, weekly: ReportSchedule
    ) -> None:
        pass_time(MONDAY)
        pass_time(MONDAY + timedelta(days=24))

        ends = [each.end.astimezone(BERLIN).date().isoformat() for each in Report.objects.all()]
        assert ends == ["2026-11-23", "2026-12-14"]
        assert len(mail.outbox) == 2

    def test_a_letter_that_was_sent_is_not_sent_again(self, weekly: ReportSchedule) -> None:
        pass_time(MONDAY)

        assert not send_report(report_id=Report.objects.get().pk)
        assert len(mail.outbox) == 1

    def test_who_may_read_no_more_is_sent_no_more(self, weekly: ReportSchedule) -> None:
        User.objects.filter(pk=weekly.user_id).update(role="requester")

        pass_time(MONDAY)

        assert mail.outbox == []


@pytest.mark.django_db
def test_schedules_are_ones_own(
    client: Client, weekly: ReportSchedule, bob: User, platform: Team
) -> None:
    twice = client.post("/measures/reports/", {"every": "week"}, follow=True)
    assert "You have this report sent already." in twice.content.decode()
    client.post("/measures/reports/", {"every": "month", "team": "platform"})
    page = client.get("/measures/reports/").content.decode()
    assert "about the month before · Platform" in page
    client.force_login(bob)

    gone = client.post(f"/measures/reports/{weekly.pk}/remove/")

    assert gone.status_code == 404
    assert ReportSchedule.objects.count() == 2
    client.force_login(weekly.user)
    assert client.post(f"/measures/reports/{weekly.pk}/remove/").status_code == 302
    assert ReportSchedule.objects.get().every == "month"


@pytest.mark.django_db
def test_without_an_address_there_is_no_report(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(email="")
    client.force_login(alice)

    answer = client.post("/measures/reports/", {"every": "week"}, follow=True)

    assert "Give your e-mail address in your account first." in answer.content.decode()
    assert not ReportSchedule.objects.exists()
