"""Rules that act when time has passed, and what is forgotten in time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.models import Incident
from itsm.automation.actions.timing import KEPT_VERDICTS, forget_old, look_around
from itsm.automation.models import Evaluation, Firing, Guard, Outcome
from tests.automation.conftest import WriteRule

pytestmark = pytest.mark.django_db
Report = Callable[..., Incident]
UNTAKEN = [
    {"fact": "record.assignee", "op": "is_empty"},
    {"fact": "record.age_minutes", "op": "at_least", "value": 30},
]


def test_what_waits_too_long_is_acted_on_once(write_rule: WriteRule, report: Report):
    write_rule(trigger="time", kind="incident", once="record", conditions=UNTAKEN)
    incident, now = report(), timezone.now()

    assert look_around(now) == 0
    assert look_around(now + timedelta(minutes=31)) == 1
    assert look_around(now + timedelta(minutes=62)) == 0

    incident.refresh_from_db()
    assert incident.tags == ["seen"]
    assert Firing.objects.get().event is None


def test_it_looks_no_more_often_than_it_says(write_rule: WriteRule, report: Report):
    write_rule(trigger="time", kind="incident", every_minutes=60, once="record", once_minutes=1)
    report()
    now = timezone.now()

    counts = [look_around(now + timedelta(minutes=each)) for each in (0, 30, 61)]

    assert counts[:2] == [1, 0]


def test_a_rehearsal_by_the_clock_is_told_once_a_record(write_rule: WriteRule, report: Report):
    write_rule(trigger="time", kind="incident", once="record", mode="rehearse")
    incident, now = report(), timezone.now()

    for minutes in (0, 10, 20):
        look_around(now + timedelta(minutes=minutes))

    assert [each.outcome for each in Firing.objects.all()] == [Outcome.REHEARSED]
    incident.refresh_from_db()
    assert incident.tags == []


def test_verdicts_are_forgotten_and_guards_that_hold_forever_are_not(
    write_rule: WriteRule, report: Report
):
    write_rule(once="record")
    write_rule(once="record", once_minutes=5)
    report()
    assert (Evaluation.objects.count(), Guard.objects.count()) == (1, 2)

    forget_old(timezone.now() + KEPT_VERDICTS + timedelta(days=1))

    assert (Evaluation.objects.count(), Guard.objects.count()) == (0, 1)
    assert Firing.objects.count() == 2
