from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction

from itsm.core import events
from itsm.core.models import Delivery, Event
from itsm.core.subscribers import Moment, Subscriber, listeners, on
from itsm.people.models import Team, User


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Event]]:
    """What an INSIDE and an AFTER subscriber to ``team.tested`` are told."""
    told: list[Event] = []
    monkeypatch.setattr("itsm.core.subscribers._subscribers", {})
    on("team.*", moment=Moment.INSIDE)(told.extend)
    listeners.cache_clear()
    yield told
    monkeypatch.undo()
    listeners.cache_clear()


def test_publishing_outside_a_transaction_is_a_mistake_told_at_once(
    platform: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction.get_connection(), "in_atomic_block", False)

    with pytest.raises(RuntimeError, match="outside a transaction"):
        events.publish("team.tested", platform, actor=None)


def test_inside_subscribers_hear_all_events_of_one_publish_at_once(
    heard: list[Event], platform: Team, service_desk: Team, dana: User
) -> None:
    heard.clear()

    events.publish("team.tested", platform, service_desk, actor=dana, data={"why": "test"})

    assert [each.subject_id for each in heard] == [platform.pk, service_desk.pk]
    assert {each.actor for each in heard} == {dana}


def test_an_after_subscriber_is_owed_one_delivery_for_each_event(
    monkeypatch: pytest.MonkeyPatch, platform: Team, service_desk: Team
) -> None:
    later = Subscriber("tests.later", ("team.tested",), Moment.AFTER, print)
    monkeypatch.setattr("itsm.core.subscribers._subscribers", {"tests.later": later})
    listeners.cache_clear()

    events.publish("team.tested", platform, service_desk, actor=None)

    assert Delivery.objects.filter(subscriber="tests.later").count() == 2
    listeners.cache_clear()


@pytest.mark.parametrize("change", ["UPDATE core_event SET name = 'x'", "DELETE FROM core_event"])
def test_the_database_refuses_to_change_or_remove_events(change: str, platform: Team) -> None:
    events.publish("team.tested", platform, actor=None)

    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
        execute(change)
    assert Event.objects.filter(name="team.tested").exists()


def test_truncating_the_events_is_refused_without_the_word_of_the_test_runner() -> None:
    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
        execute("SET LOCAL steady.may_truncate_events = 'no'; TRUNCATE core_event CASCADE")


def test_events_carry_the_transaction_that_wrote_them(platform: Team, service_desk: Team) -> None:
    first, second = events.publish("team.tested", platform, service_desk, actor=None)

    first.refresh_from_db()
    second.refresh_from_db()

    assert first.xid == second.xid > 0
    assert first.pk < second.pk
