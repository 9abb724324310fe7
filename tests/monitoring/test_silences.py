"""What a silence holds back opens no incident, and nothing of it is lost."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from incidents.models import Incident
from itsm.core.errors import Refused
from itsm.core.models import Event
from itsm.monitoring import actions, chores
from itsm.monitoring.models import Alert, MonitoringSource, Silence
from itsm.monitoring.sources import Signal
from itsm.people.models import User
from tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(db: None) -> MonitoringSource:
    return actions.create_source(kind="alertmanager", name="Prometheus", actor=None)[0]


@pytest.fixture
def hear(source: MonitoringSource) -> Callable[..., str]:
    """Let the tool say something of its alert; how that stands then."""

    def heard(status: str = "firing", fingerprint: str = "f1", **given: Any) -> str:
        facts = {"title": "Disk is full", "service": "checkout", "severity": "warning"} | given
        signal = Signal(fingerprint=fingerprint, status=status, said_at=timezone.now(), **facts)
        (standing,) = actions.record_signals(source, signals=[signal], now=timezone.now())
        return standing.status

    return heard


def silence(actor: User, **given: Any) -> Silence:
    wanted: dict[str, Any] = {
        "reason": "Disks are swapped",
        "services": [ServiceFactory(name="checkout")],
        "ends_at": timezone.now() + timedelta(hours=1),
    }
    return actions.open_silence(wanted=actions.Wanted(**wanted | given), actor=actor)


def run_out(silences: Any = None) -> None:
    """Let the time of all silences pass, and the clock notice it."""
    past = timezone.now() - timedelta(seconds=1)
    Silence.objects.update(starts_at=past - timedelta(hours=1), ends_at=past)
    chores.tell_of_silenced()


def told(name: str) -> int:
    return Event.objects.filter(name=name).count()


class TestHolding:
    def test_what_is_silent_is_kept_and_counted_and_opens_no_incident(
        self, alice: User, hear: Any
    ) -> None:
        made = silence(alice)

        statuses = [hear(), hear(), hear()]

        alert = Alert.objects.get()
        assert statuses == ["suppressed"] * 3
        assert (alert.count, alert.silence_id, alert.incident_id) == (3, made.pk, None)
        assert not Incident.objects.exists()
        assert (told("alert.suppressed"), told("alert.fired")) == (1, 0)

    def test_what_is_not_meant_is_told_as_ever(self, alice: User, hear: Any) -> None:
        silence(alice, matchers=["title=Something else"])

        assert hear() == "firing"
        assert Incident.objects.count() == 1

    def test_what_is_worse_than_was_said_breaks_through(self, alice: User, hear: Any) -> None:
        silence(alice, most_severity="warning")

        assert hear() == "suppressed"
        assert hear(severity="critical") == "firing"

        assert Alert.objects.get().silence_id is None
        assert Incident.objects.get().priority <= 2

    def test_what_gets_worse_within_bounds_stays_held(self, alice: User, hear: Any) -> None:
        silence(alice)

        hear()
        assert hear(severity="critical") == "suppressed"

        assert not Incident.objects.exists()
        assert told("alert.escalated") == 0

    def test_an_end_always_passes(self, alice: User, hear: Any) -> None:
        silence(alice)

        hear()
        assert hear("resolved") == "resolved"
        run_out()

        assert (told("alert.cleared"), told("alert.fired")) == (1, 0)
        assert not Incident.objects.exists()

    def test_an_end_during_the_silence_resolves_the_incident_from_before(
        self, alice: User, hear: Any
    ) -> None:
        hear()
        silence(alice)

        hear("resolved")

        assert Incident.objects.get().state == "resolved"

    def test_what_fired_before_stays_with_its_incident(self, alice: User, hear: Any) -> None:
        hear()
        silence(alice)

        assert hear() == "firing"
        assert Incident.objects.get().is_open()

    def test_what_comes_back_during_the_silence_is_held(self, alice: User, hear: Any) -> None:
        hear()
        hear("resolved")
        silence(alice)

        assert hear() == "suppressed"
        assert Incident.objects.get().state == "resolved"

    def test_a_silence_to_come_holds_nothing_back_yet(self, alice: User, hear: Any) -> None:
        soon = timezone.now() + timedelta(minutes=30)
        silence(alice, starts_at=soon)

        assert hear() == "firing"

    def test_what_is_held_back_cannot_be_acknowledged(self, alice: User, hear: Any) -> None:
        silence(alice)
        hear("acknowledged")

        assert Alert.objects.get().status == "suppressed"
        with pytest.raises(Refused):
            actions.acknowledge(alert=Alert.objects.get(), actor=alice)


class TestEnding:
    def test_what_still_fires_at_the_end_becomes_an_incident(self, alice: User, hear: Any) -> None:
        silence(alice)
        hear()
        began = Alert.objects.get().starts_at

        run_out()

        alert = Alert.objects.get()
        assert (alert.status, alert.starts_at) == ("firing", began)
        assert alert.incident_id == Incident.objects.get().pk
        assert told("alert.fired") == 1

    def test_the_clock_tells_it_once(self, alice: User, hear: Any) -> None:
        silence(alice)
        hear()
        run_out()

        chores.tell_of_silenced()

        assert told("alert.fired") == 1
        assert Incident.objects.count() == 1

    def test_ending_it_by_hand_is_as_good(self, alice: User, hear: Any) -> None:
        made = silence(alice)
        hear()

        actions.end_silence(silence=made, actor=alice)
        chores.tell_of_silenced()

        assert Incident.objects.count() == 1
        with pytest.raises(Refused):
            actions.end_silence(silence=made, actor=alice)

    def test_another_silence_that_is_on_takes_it_over(self, alice: User, hear: Any) -> None:
        first = silence(alice)
        hear()
        second = silence(alice)

        actions.end_silence(silence=first, actor=alice)
        chores.tell_of_silenced()

        assert Alert.objects.get().silence_id == second.pk
        assert not Incident.objects.exists()

    def test_what_nobody_repeats_is_told_by_no_end(self, alice: User, hear: Any) -> None:
        MonitoringSource.objects.update(quiet_resolve_after=timedelta(minutes=5))
        silence(alice)
        hear()
        Alert.objects.update(last_seen_at=timezone.now() - timedelta(minutes=6))

        actions.resolve_quiet(now=timezone.now())
        run_out()

        assert Alert.objects.get().status == "resolved"
        assert not Incident.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(5))
def test_an_end_of_silence_and_an_end_of_the_alert_at_once_leave_nothing_behind(
    round_: int, alice: User, source: MonitoringSource
) -> None:
    """Whichever comes first: the alert ends resolved, and no incident stays open for it."""
    made = silence(alice)
    now = timezone.now()
    facts: dict[str, Any] = {"title": "Disk", "service": "checkout", "severity": "warning"}
    signals = [
        Signal(fingerprint=f"f{each}", status="firing", said_at=now, **facts) for each in range(20)
    ]
    actions.record_signals(source, signals=signals, now=now)
    ends = [
        Signal(fingerprint=f"f{each}", status="resolved", said_at=timezone.now(), **facts)
        for each in range(20)
    ]

    def finish() -> None:
        actions.end_silence(silence=made, actor=alice)
        actions.tell_of_silenced(now=timezone.now())

    def clear() -> None:
        actions.record_signals(source, signals=ends, now=timezone.now())

    at_once(finish, clear, finish_quietly)
    actions.tell_of_silenced(now=timezone.now())

    assert set(Alert.objects.values_list("status", flat=True)) == {"resolved"}
    assert [each for each in Incident.objects.all() if each.is_open()] == []


def finish_quietly() -> None:
    actions.tell_of_silenced(now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_no_alert_of_a_storm_is_lost_when_the_silence_ends_in_its_middle(
    alice: User, source: MonitoringSource
) -> None:
    made = silence(alice)
    facts: dict[str, Any] = {"title": "Disk", "service": "checkout", "severity": "warning"}

    def post(batch: int) -> Callable[[], None]:
        signals = [
            Signal(fingerprint=f"b{batch}-{each}", status="firing", **facts) for each in range(10)
        ]
        return lambda: _record(source, signals)

    at_once(
        *(post(batch) for batch in range(6)),
        lambda: actions.end_silence(silence=made, actor=alice),
        finish_quietly,
    )
    actions.tell_of_silenced(now=timezone.now())

    assert Alert.objects.count() == 60
    assert set(Alert.objects.values_list("status", flat=True)) == {"firing"}
    incident = Incident.objects.get()
    assert Alert.objects.filter(incident=incident.pk).count() == 60


def _record(source: MonitoringSource, signals: list[Signal]) -> None:
    actions.record_signals(source, signals=signals, now=timezone.now())


def at_once(*calls: Callable[[], Any]) -> None:
    """Make the calls in threads that start together."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
