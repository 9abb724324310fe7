"""Choosing what reaches one: what is chosen is what happens."""

from typing import Any

import pytest
import time_machine
from django.core import mail

from incidents.actions import assign
from itsm.core import chores, delivery
from itsm.core.models import Chore
from itsm.notifications.choices import choices_of, rhythm_of
from itsm.notifications.models import Message, Preference
from itsm.notifications.topics import TOPICS
from itsm.people.models import User
from itsm.tickets.actions import comment, watch
from tests.factories import IncidentFactory
from tests.screens.conftest import Browser, as_

pytestmark = pytest.mark.django_db
__all__ = ["as_"]
RHYTHM = {"digest": "off", "digest_hour": "8", "quiet_from": "", "quiet_until": ""}
EVERYTHING = [f"{topic}:{way}" for topic in TOPICS for way in ("inbox", "email")]


def chosen(browser: Any, *, want: list[str] = EVERYTHING, **rhythm: str) -> Any:
    return browser.post("/account/notifications/", {"want": want, **RHYTHM, **rhythm})


def say(actor: User, *, to: User, words: str = "Any news?", priority: int = 3) -> None:
    comment(ticket=IncidentFactory(assignee=to, priority=priority), actor=actor, body=words)
    delivery.deliver_owed()


def clock_strikes() -> None:
    Chore.objects.all().delete()
    chores.run_due()


def ways_of(user: User) -> dict[str, str]:
    told = Message.objects.filter(recipient=user)
    return {each.channel: f"{each.status} {each.because}".strip() for each in told}


def test_the_page_shows_the_defaults_to_somebody_who_chose_nothing(as_: Browser, alice: User):
    page = as_(alice).get("/account/notifications/")

    ticked = {
        (row.topic.name, box.channel)
        for row in page.context["rows"]
        for box in row.boxes
        if box.is_ticked
    }
    assert ("assigned", "email") in ticked
    assert ("watched", "inbox") in ticked
    assert ("watched", "email") not in ticked
    assert Preference.objects.count() == 0


def test_end_users_are_not_asked_about_the_work_of_staff(as_: Browser, charlie: User):
    page = as_(charlie).get("/account/notifications/")

    names = [row.topic.name for row in page.context["rows"]]
    assert "replied" in names
    assert "team" not in names


def test_only_what_differs_from_the_defaults_is_kept(as_: Browser, alice: User):
    want = [each for each in EVERYTHING if each != "replied:email"]

    chosen(as_(alice), want=want)

    kept = set(Preference.objects.values_list("topic", "channel", "is_wanted"))
    assert kept == {
        ("replied", "email", False),
        ("changed", "email", True),
        ("watched", "email", True),
        ("outages", "email", True),
    }


@pytest.mark.parametrize(
    ("want", "expected"),
    [
        (EVERYTHING, {"inbox": "sent", "email": "sent"}),
        (["replied:inbox"], {"inbox": "sent", "email": "skipped preference"}),
        (["replied:email"], {"inbox": "skipped preference", "email": "sent"}),
        ([], {"inbox": "skipped preference", "email": "skipped preference"}),
    ],
)
def test_what_is_chosen_is_what_happens(
    as_: Browser, alice: User, erin: User, want: list[str], expected: dict[str, str]
):
    chosen(as_(alice), want=want)

    say(erin, to=alice)

    assert ways_of(alice) == expected
    assert len(mail.outbox) == (expected["email"] == "sent")


def test_who_has_no_address_is_told_in_the_inbox_alone(alice: User, erin: User):
    alice.email = ""
    alice.save()

    say(erin, to=alice)

    assert ways_of(alice) == {"inbox": "sent", "email": "skipped no_address"}


def test_security_cannot_be_switched_off(as_: Browser, alice: User):
    chosen(as_(alice), want=[])

    assert choices_of([alice])[alice.pk].wants("security", "email")


def test_what_comes_at_night_is_one_letter_in_the_morning(as_: Browser, alice: User, erin: User):
    with time_machine.travel("2026-11-25T12:00:00Z", tick=False) as clock:
        chosen(as_(alice), quiet_from="22:00", quiet_until="07:00")
        clock.move_to("2026-11-25T23:00:00Z")
        say(erin, to=alice, words="First")
        say(erin, to=alice, words="Second")
        clock_strikes()
        assert mail.outbox == []
        assert ways_of(alice)["inbox"] == "sent"

        clock.move_to("2026-11-26T07:00:01Z")
        clock_strikes()
        clock_strikes()

    (letter,) = mail.outbox
    assert "First" in letter.body
    assert "Second" in letter.body
    assert letter.subject == "News of 2 records"


def test_a_critical_record_given_to_me_comes_through_at_night(
    as_: Browser, alice: User, erin: User
):
    with time_machine.travel("2026-11-25T23:00:00Z", tick=False):
        chosen(as_(alice), quiet_from="22:00", quiet_until="07:00", lets_critical="on")
        incident = IncidentFactory(assignee=None, priority=1)
        assign(incident, actor=erin, assignee=alice)
        delivery.deliver_owed()

    assert [each.to for each in mail.outbox] == [[alice.email]]


def test_a_daily_digest_holds_what_is_still_wanted_and_still_open_to_its_reader(
    as_: Browser, erin: User, alice: User
):
    with time_machine.travel("2026-11-25T12:00:00Z", tick=False) as clock:
        chosen(as_(erin), digest="daily", digest_hour="8")
        open_one = IncidentFactory(assignee=erin, title="The printer")
        shut_one = IncidentFactory(assignee=erin, title="The layoffs")
        for each in (open_one, shut_one):
            comment(ticket=each, actor=alice, body="Look")
        delivery.deliver_owed()
        type(shut_one).objects.filter(pk=shut_one.pk).update(confidential=True, assignee=alice)
        clock.move_to("2026-11-26T08:00:00Z")
        clock_strikes()

    (letter,) = mail.outbox
    assert "The printer" in letter.body
    assert "layoffs" not in letter.body
    assert Message.objects.get(ticket=shut_one, channel="email").because == "unseen"


def test_whoever_gives_the_digest_up_gets_what_waited_at_once(
    as_: Browser, alice: User, erin: User
):
    browser = as_(alice)
    chosen(browser, digest="daily")
    say(erin, to=alice)
    assert mail.outbox == []

    chosen(browser, digest="off")
    clock_strikes()

    assert len(mail.outbox) == 1


def test_a_letter_that_is_put_off_once_more_does_not_go_out_meanwhile(
    as_: Browser, alice: User, bob: User, erin: User
):
    with time_machine.travel("2026-11-25T12:00:00Z", tick=False):
        chosen(as_(alice), digest="hourly")
        watch(ticket=IncidentFactory(assignee=bob), user=alice, actor=bob)
        say(erin, to=alice)
        chosen(as_(alice), digest="daily", digest_hour="9")

    due = Message.objects.get(channel="email", recipient=alice).due_at
    assert due.isoformat() == "2026-11-26T09:00:00+00:00"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"digest": "weekly"}, "digest"),
        ({"digest": ""}, "digest"),
        ({"digest_hour": "24"}, "digest_hour"),
        ({"digest_hour": "x"}, "digest_hour"),
        ({"quiet_from": "25:00"}, "quiet_from"),
        ({"quiet_from": "22:00\x00", "quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": "07:00", "quiet_until": "07:00"}, "quiet_until"),
    ],
)
def test_rubbish_is_refused_beside_its_field_and_nothing_is_kept(
    as_: Browser, alice: User, given: dict[str, str], field: str
):
    answer = chosen(as_(alice), want=[], **given)

    assert answer.status_code == 422
    assert list(answer.context["errors"]) == [field]
    assert f'id="wrong-{field}"'.encode() in answer.content
    assert Preference.objects.count() == 0
    assert rhythm_of(alice).digest == "off"


@pytest.mark.parametrize("want", ["x", "x:y", "replied:pigeon", "replied", ":", "\x00:\x00"])
def test_ways_that_do_not_exist_are_not_kept(as_: Browser, alice: User, want: str):
    assert chosen(as_(alice), want=[*EVERYTHING, want]).status_code == 302
    assert not Preference.objects.exclude(channel="email").exists()


def test_choosing_costs_the_same_each_time(
    as_: Browser, alice: User, django_assert_max_num_queries: Any
):
    browser = as_(alice)
    chosen(browser, want=[])

    with django_assert_max_num_queries(8):
        browser.get("/account/notifications/")
