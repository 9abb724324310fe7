"""What a rule would have done is what it did, and looking does nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from incidents.actions import resolve
from incidents.models import Incident
from itsm.automation.actions.keeping import save_rule
from itsm.automation.models import Evaluation, Firing, Guard, Outcome
from itsm.automation.simulation import events_for, play, simulated
from itsm.core.delivery import deliver_owed
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.actions import comment, edit
from itsm.tickets.models import Comment
from tests.automation.conftest import WriteRule

pytestmark = pytest.mark.django_db
Report = Callable[..., Incident]


@pytest.fixture
def story(report: Report, alice: User) -> list[Incident]:
    """A few incidents, each with a life."""
    incidents = [report(f"Urgent {number}" if number % 2 else "Mouse") for number in range(4)]
    for number, incident in enumerate(incidents):
        edit(ticket=incident, actor=alice, changes={"urgency": 1 + number % 3})
        deliver_owed()
        comment(ticket=incident, actor=alice, body="Looking.", public=False)
        deliver_owed()
        incident.refresh_from_db()
        edit(ticket=incident, actor=alice, changes={"title": f"Urgent now {number}", "impact": 1})
        deliver_owed()
        resolve(incident, actor=alice, code="fixed", notes="Done.")
        deliver_owed()
    return incidents


@pytest.fixture
def rules(write_rule: WriteRule) -> list[Any]:
    """Rules that ask for what changes in the course of a life."""
    return [
        write_rule(
            events=["incident.opened", "incident.edited"],
            position=10,
            stops=True,
            conditions=[
                {"fact": "record.title", "op": "has", "value": "urgent"},
                {"fact": "record.urgency", "op": "is", "value": 1},
            ],
            steps=[{"verb": "note", "values": {"body": "One"}}],
        ),
        write_rule(
            events=["incident.*"],
            position=20,
            once="record",
            conditions=[{"fact": "record.phase", "op": "in", "value": ["new", "active"]}],
            steps=[{"verb": "note", "values": {"body": "Two"}}],
        ),
        write_rule(
            events=["incident.resolved", "incident.noted"],
            position=30,
            once="key",
            once_key="{priority}",
            conditions=[{"fact": "actor.is_program", "op": "is", "value": False}],
            steps=[{"verb": "set", "values": {"title": "Urgent {number}"}}],
        ),
    ]


def test_the_rules_of_now_would_have_done_what_they_did(rules: list[Any], story: list[Incident]):
    names = [f"incident.{word}" for word in ("opened", "edited", "noted", "resolved")]
    events = list(Event.objects.filter(subject_type="incident").exclude(name="x").order_by("-id"))
    assert {each.name for each in events} >= set(names)

    played = play(rules, events)

    asked = {
        (verdict[0], each.event_id): verdict[2]
        for each in Evaluation.objects.all()
        for verdict in each.verdicts
    }
    assert {
        (each.rule.pk, each.event.pk): str(each.outcome) for each in played if each.event
    } == asked
    assert Firing.objects.filter(outcome=Outcome.ACTED).values("rule").distinct().count() == 3


def test_looking_back_does_nothing(write_rule: WriteRule, story: list[Incident], mona: User):
    rule = write_rule(
        mode="off",
        once="record",
        conditions=[{"fact": "record.title", "op": "is", "value": "mouse"}],
        steps=[{"verb": "note", "values": {"body": "Never"}}],
    )
    before = Event.objects.count()
    now = timezone.now()

    found = simulated(rule, user=mona, since=now - timedelta(days=30), now=now)

    assert {each.ticket_id for each in found.acted} == {story[0].pk, story[2].pk}
    assert found.missed == [(0, 2)]
    assert Event.objects.count() == before
    assert not Comment.objects.filter(body="Never").exists()
    assert not Guard.objects.exists()
    assert not Firing.objects.exists()


def test_what_one_may_not_see_is_not_told(
    write_rule: WriteRule, report: Report, erin: User, mona: User
):
    rule = write_rule(mode="off")
    report("Secret", confidential=True)
    now, since = timezone.now(), timezone.now() - timedelta(days=1)

    assert len(simulated(rule, user=mona, since=since, now=now).acted) == 1
    assert simulated(rule, user=erin, since=since, now=now).acted == []


def test_what_is_longer_ago_is_left_out(write_rule: WriteRule, report: Report):
    rule = write_rule(mode="off")
    report()

    assert list(events_for(rule, since=timezone.now() + timedelta(minutes=1))) == []


def test_the_page_shows_what_would_have_been_and_tries_one_record(
    write_rule: WriteRule, story: list[Incident], mona: User
):
    client = Client()
    client.force_login(mona)
    write_rule(
        slug="mice",
        mode="off",
        conditions=[{"fact": "record.title", "op": "has", "value": "urgent"}],
    )

    page = client.get("/rules/mice/simulate/?days=30&number=" + story[0].number).content.decode()

    assert story[1].number in page
    assert "It would have acted 2 times, of 4 times it was asked." in page
    assert "all conditions hold" in page
    assert "There is no INC-0" in client.get("/rules/mice/simulate/?number=INC-0").content.decode()


def test_a_timed_rule_is_simulated_over_what_is_open(
    write_rule: WriteRule, report: Report, mona: User
):
    rule = write_rule(
        trigger="time",
        kind="incident",
        once="record",
        mode="off",
        conditions=[{"fact": "record.assignee", "op": "is_empty"}],
    )
    incident = report()
    now = timezone.now()

    found = simulated(rule, user=mona, since=now, now=now)

    assert [each.ticket_id for each in found.acted] == [incident.pk]
    assert save_rule(actor=mona, rule=rule, given={"every_minutes": 10}).every_minutes == 10
