"""What is queued goes out once, whatever dies on the way."""

import smtplib
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone

from itsm.core import delivery
from itsm.notifications import actions, lanes
from itsm.notifications.models import Lane, Message
from itsm.people.models import User
from itsm.tickets.actions import comment
from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db
SEND = "itsm.integrations.email.EmailMultiAlternatives.send"


def say(actor: User, *, to: User, words: str = "Any news?") -> Message:
    comment(ticket=IncidentFactory(assignee=to), actor=actor, body=words)
    delivery.deliver_owed()
    return Message.objects.filter(channel="email", recipient=to).latest("pk")


def failing(error: BaseException) -> Any:
    def send(*_: object) -> None:
        raise error

    return send


def test_a_mail_server_that_is_away_loses_nothing(
    alice: User, erin: User, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as broken:
        broken.setattr(SEND, failing(OSError("no route")))
        message = say(erin, to=alice)
    assert message.status == "queued"
    assert "no route" in message.detail

    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        lanes.wake()

    message.refresh_from_db()
    assert (message.status, message.attempts) == ("sent", 2)
    assert len(mail.outbox) == 1


def test_a_target_that_is_down_is_left_alone_for_longer_each_time(
    alice: User, erin: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(SEND, failing(OSError("no route")))
    pauses = []

    with time_machine.travel(timezone.now(), tick=False) as clock:
        message = say(erin, to=alice)
        for _ in range(3):
            lane = Lane.objects.get(name="email")
            assert lane.retry_at is not None
            pauses.append((lane.retry_at - timezone.now()).total_seconds())
            lanes.wake()
            clock.move_to(lane.retry_at)
            lanes.wake()

    message.refresh_from_db()
    assert pauses == [10, 30, 60]
    assert message.attempts == 4


def test_a_person_whose_mailbox_is_gone_holds_up_nobody_else(
    alice: User, bob: User, erin: User, monkeypatch: pytest.MonkeyPatch
):
    gone = smtplib.SMTPRecipientsRefused({alice.email: (550, b"no such user")})
    with monkeypatch.context() as broken:
        broken.setattr(SEND, failing(gone))
        message = say(erin, to=alice)

    assert say(erin, to=bob).status == "sent"
    assert message.status == "failed"
    assert "550 no such user" in message.detail


def test_a_mailbox_that_asks_for_patience_is_tried_later_and_holds_up_nobody(
    alice: User, bob: User, erin: User, monkeypatch: pytest.MonkeyPatch
):
    grey = smtplib.SMTPRecipientsRefused({alice.email: (451, b"try later")})
    with monkeypatch.context() as broken:
        broken.setattr(SEND, failing(grey))
        message = say(erin, to=alice)

    assert say(erin, to=bob).status == "sent"
    assert message.status == "queued"
    assert message.due_at > timezone.now()


def test_what_could_not_be_sent_for_two_days_is_given_up_and_says_so(
    alice: User, erin: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(SEND, failing(OSError("no route")))
    message = say(erin, to=alice)

    with time_machine.travel(timezone.now() + timedelta(days=2, seconds=1)):
        lanes.wake()

    message.refresh_from_db()
    assert message.status == "failed"
    assert "no route" in message.detail


def test_a_letter_is_the_same_one_when_its_sender_died_before_noting_it(
    alice: User, erin: User, monkeypatch: pytest.MonkeyPatch
):
    """P5."""
    with monkeypatch.context() as dying:
        dying.setattr("itsm.notifications.actions.posting._settle", failing(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            say(erin, to=alice)

    lanes.wake()

    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert Message.objects.get(channel="email").attempts == 2


def test_a_digest_is_the_same_one_when_its_sender_died_though_more_has_come(
    alice: User, erin: User, monkeypatch: pytest.MonkeyPatch
):
    actions.choose_rhythm(
        user=alice,
        values={
            "digest": "hourly",
            "digest_hour": 8,
            "quiet_from": None,
            "quiet_until": None,
            "lets_critical": True,
        },
    )
    with time_machine.travel("2026-11-25T12:10:00Z", tick=False) as clock:
        for words in ("One", "Two"):
            say(erin, to=alice, words=words)
        clock.move_to("2026-11-25T13:00:00Z")
        with monkeypatch.context() as dying:
            dying.setattr(
                "itsm.notifications.actions.posting._settle", failing(KeyboardInterrupt())
            )
            with pytest.raises(KeyboardInterrupt):
                lanes.wake()
        say(erin, to=alice, words="Three")
        clock.move_to("2026-11-25T14:00:00Z")
        lanes.wake()

    first, again, later = mail.outbox
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]
    assert first.body == again.body
    assert "Three" in later.body
    assert "One" not in later.body


def test_nothing_goes_out_to_somebody_who_was_locked_out_meanwhile(
    alice: User, erin: User, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as broken:
        broken.setattr(SEND, failing(OSError("no route")))
        message = say(erin, to=alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        lanes.wake()

    message.refresh_from_db()
    assert (message.status, message.because) == ("skipped", "inactive")
    assert mail.outbox == []


def test_a_lane_that_another_session_runs_is_left_to_it(alice: User, erin: User):
    actions.send_again(message=say(erin, to=alice), actor=None)
    lane = Lane.objects.get(name="email")
    other = connection.copy()

    with closing(other):
        other.cursor().execute("SELECT pg_advisory_lock(7311002, %s)", [lane.pk])
        assert actions.run_lane("email") == 0
        # A session that ends gives up its locks some time after it is closed here.
        other.cursor().execute("SELECT pg_advisory_unlock(7311002, %s)", [lane.pk])

    assert actions.run_lane("email") == 1


def test_all_mail_of_a_record_is_one_conversation_and_answers_no_robot(alice: User, erin: User):
    incident = IncidentFactory(assignee=alice, title="Umlaut ü <b>\r\nBcc: x@example.test")
    for words in ("One <script>", "Two"):
        comment(ticket=incident, actor=erin, body=words)
    delivery.deliver_owed()

    letters: list[Any] = mail.outbox
    first, second = letters
    assert first.extra_headers["Message-ID"] != second.extra_headers["Message-ID"]
    assert first.extra_headers["References"] == second.extra_headers["References"]
    assert first.extra_headers["Auto-Submitted"] == "auto-generated"
    assert first.extra_headers["List-Unsubscribe"].endswith("/account/notifications/>")
    assert "\nBcc:" not in first.message().as_string()
    ((html, kind),) = first.alternatives
    assert kind == "text/html"
    assert "One &lt;script&gt;" in html
    assert "Umlaut ü &lt;b&gt;" in html
    assert "One <script>" in first.body
    assert f"/incidents/{incident.number}/" in first.body
