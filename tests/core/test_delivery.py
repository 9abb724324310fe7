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
