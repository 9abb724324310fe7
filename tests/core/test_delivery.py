from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from itsm.core import delivery, events
from itsm.core.models import Delivery, Event
from itsm.core.subscribers import Moment, listeners, on
from itsm.people.models import Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

Subscribe = Callable[[Callable[[Event], None]], None]


@pytest.fixture
def subscribe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Subscribe]:
    """Lets a test's own function be owed ``team.tested``, and nobody else."""
    monkeypatch.setattr("itsm.core.subscribers._subscribers", {})

    def add(handler: Callable[[Event], None]) -> None:
        on("team.tested", moment=Moment.AFTER)(handler)

    listeners.cache_clear()
    yield add
    monkeypatch.undo()
    listeners.cache_clear()


def publish(team: Team) -> None:
    with transaction.atomic():
        events.publish("team.tested", team, actor=None)


def test_a_delivery_is_paid_once_and_then_gone(subscribe: Subscribe, platform: Team) -> None:
    paid: list[Event] = []

    def pay(event: Event) -> None:
        paid.append(event)

    subscribe(pay)
    publish(platform)

    assert delivery.deliver_owed() == 1
    assert delivery.deliver_owed() == 0
    assert [each.name for each in paid] == ["team.tested"]
    assert not Delivery.objects.exists()


@pytest.fixture
def looks(subscribe: Subscribe) -> list[Event]:
    """What a subscriber was told to which one look at a team is enough."""
    told: list[Event] = []

    @on("team.tested", moment=Moment.AFTER, coalesces=True)
    def look(event: Event) -> None:
        told.append(event)

    listeners.cache_clear()
    return told


def test_one_look_pays_for_all_that_happened_to_its_subject(
    looks: list[Event], platform: Team
) -> None:
    other = TeamFactory.create()
    for team in [platform, other, *[platform] * 2 * delivery.BATCH]:
        publish(team)

    assert delivery.deliver_owed() == 2 * delivery.BATCH + 2

    last = Event.objects.filter(subject_id=platform.pk).latest("id")
    assert sorted(each.subject_id for each in looks) == sorted([platform.pk, other.pk])
    assert last in looks
    assert not Delivery.objects.exists()


def test_what_happens_during_a_look_is_looked_at_once_more(
    subscribe: Subscribe, platform: Team
) -> None:
    told: list[Event] = []

    @on("team.tested", moment=Moment.AFTER, coalesces=True)
    def look(event: Event) -> None:
        told.append(event)
        if len(told) == 1:
            publish(platform)

    listeners.cache_clear()
    publish(platform)
    publish(platform)

    assert delivery.deliver_owed() == 3
    assert len(told) == 2


def test_what_was_brought_about_by_different_things_is_looked_at_for_each(
    looks: list[Event], platform: Team
) -> None:
    for rule in (1, 1, 2):
        with events.caused_by({"rules": [rule], "event": 7}):
            publish(platform)

    assert delivery.deliver_owed() == 3
    assert [each.data["cause"]["rules"] for each in looks] == [[1], [2]]


def test_a_look_that_fails_leaves_everything_owed(subscribe: Subscribe, platform: Team) -> None:
    @on("team.tested", moment=Moment.AFTER, coalesces=True)
    def broken(_event: Event) -> None:
        raise OSError("no route")

    listeners.cache_clear()
    publish(platform)
    publish(platform)

    assert delivery.deliver_owed() == 0
    assert [each.attempts for each in Delivery.objects.all()] == [1, 1]
    assert all(each.due_at > timezone.now() for each in Delivery.objects.all())


def test_a_broken_subscriber_does_not_stop_the_others(subscribe: Subscribe, platform: Team) -> None:
    paid: list[Event] = []

    def broken(_event: Event) -> None:
        raise OSError("no route to Slack")

    def sound(event: Event) -> None:
        paid.append(event)

    subscribe(broken)
    subscribe(sound)
    publish(platform)

    assert delivery.deliver_owed() == 1
    (owed,) = Delivery.objects.all()
    assert "no route to Slack" in owed.error
    assert owed.due_at > timezone.now()
    assert len(paid) == 1


def test_a_delivery_that_keeps_failing_is_given_up_kept_and_can_be_tried_again(
    subscribe: Subscribe, platform: Team
) -> None:
    failures: list[Event] = []

    def broken(event: Event) -> None:
        failures.append(event)
        raise OSError("still no route")

    subscribe(broken)
    publish(platform)

    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(10):
            delivery.deliver_owed()
            clock.shift(timedelta(hours=2))
        given_up = Delivery.objects.get()
        assert len(failures) == len(delivery.RETRY_AFTER) + 1
        assert given_up.given_up_at is not None

        delivery.try_again(delivery=given_up, actor=None)
        delivery.deliver_owed()
        assert len(failures) == len(delivery.RETRY_AFTER) + 2


def test_who_claimed_earlier_and_slept_cannot_write_over_who_claimed_later(
    subscribe: Subscribe, platform: Team
) -> None:
    def sleeper(_event: Event) -> None:
        # Meanwhile the lease ran out and another worker claimed the same delivery.
        Delivery.objects.update(attempts=2)

    subscribe(sleeper)
    publish(platform)

    assert delivery.deliver_owed() == 0
    assert Delivery.objects.get().attempts == 2


def test_work_within_the_database_is_kept_with_its_payment_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, platform: Team
) -> None:
    monkeypatch.setattr("itsm.core.subscribers._subscribers", {})
    is_late = True

    def work(_event: Event) -> None:
        Team.objects.filter(pk=platform.pk).update(name="Renamed")
        if is_late:
            Delivery.objects.update(attempts=9)

    listeners.cache_clear()
    on("team.tested", moment=Moment.AFTER, is_whole=True)(work)
    publish(platform)

    assert delivery.deliver_owed() == 0  # the other's claim and the work are both undone
    platform.refresh_from_db()
    assert platform.name != "Renamed"
    is_late = False
    Delivery.objects.update(due_at=timezone.now())
    assert delivery.deliver_owed() == 1
    platform.refresh_from_db()
    assert platform.name == "Renamed"
    listeners.cache_clear()


@pytest.mark.parametrize(("session", "paid"), [(2_000_000_000, 1), (None, 0)])
def test_what_a_dead_worker_had_claimed_is_due_again_and_a_living_ones_is_not(
    session: int | None, paid: int, subscribe: Subscribe, platform: Team
) -> None:
    def pay(_event: Event) -> None:
        """Do nothing."""

    subscribe(pay)
    publish(platform)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (ours,) = cursor.fetchone()
    later = timezone.now() + delivery.LEASE
    Delivery.objects.update(due_at=later, attempts=1, claimed_by=session or ours)

    delivery.release_orphans()

    assert delivery.deliver_owed() == paid


def test_of_edits_only_those_are_owed_that_changed_what_matters(
    subscribe: Subscribe, platform: Team, service_desk: Team
) -> None:
    heard: list[int] = []

    def weigh(event: Event) -> None:
        heard.append(event.subject_id)

    on("team.edited", "team.opened", moment=Moment.AFTER, columns=("priority",))(weigh)
    diffs = {platform.pk: {"title": ["a", "b"]}, service_desk.pk: {"priority": [3, 1]}}

    def edit(*teams: Team) -> int:
        with transaction.atomic():
            events.publish(
                "team.edited", *teams, actor=None, data_of=lambda team: {"diff": diffs[team.pk]}
            )
        return Delivery.objects.count()

    assert edit(platform) == 0
    assert edit(platform, service_desk) == 2  # together owed, and told apart when they are paid
    delivery.deliver_owed()
    assert heard == [service_desk.pk]
