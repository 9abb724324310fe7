"""Healing: from the alert to the proof, and what keeps it from doing harm."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from changes.models import Change, Window
from incidents.models import Incident
from itsm.automation.actions import accept_run
from itsm.automation.actions.proposing import propose_run
from itsm.automation.executors import failed
from itsm.automation.models import Breaker, Run, RunbookVersion
from itsm.core.delivery import deliver_owed
from itsm.monitoring.actions import create_source, record_signals
from itsm.monitoring.models import MonitoringSource
from itsm.monitoring.sources import Signal
from itsm.notifications.models import Message
from itsm.people.models import User
from itsm.tickets.models import Comment, Link
from tests.factories import ServiceFactory
from tests.runbooks.conftest import RESTART, Remembering, Write, done

pytestmark = pytest.mark.django_db

HEALING = RESTART + "verification: {by: alert, every: 30}\n"
UNDONE = HEALING + "rollback:\n  - use: remembering\n    with: {what: undo}\n"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time that stands still until it is moved."""
    with time_machine.travel("2026-11-27T10:00:00Z", tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def source(dana: User) -> MonitoringSource:
    """A monitoring tool."""
    return create_source(kind="alertmanager", name="Prometheus", actor=dana)[0]


def post(source: MonitoringSource, status: str = "firing") -> Incident:
    """The tool says how an alert stands; the incident it is in."""
    labels = {"service": "shop", "instance": "web-1"}
    signal = Signal(
        fingerprint="f1",
        status=status,
        title="Checkout is down",
        severity="high",
        labels=labels,
        service="shop",
    )
    record_signals(source, signals=[signal], now=timezone.now())
    deliver_owed()
    return Incident.objects.latest("pk")


def propose(
    version: RunbookVersion, incident: Incident, actor: User, *, host: str = "web-1"
) -> Run:
    return propose_run(
        runbook=version.runbook,
        ticket=incident,
        parameters={"host": host},
        key=f"{version.runbook.slug}:{timezone.now().isoformat()}",
        actor=actor,
    )


def pass_time(clock: time_machine.Traveller, run: Run, *, seconds: int = 30) -> Run:
    clock.shift(timedelta(seconds=seconds))
    run = done(run)
    deliver_owed()
    return run


def test_what_is_seen_to_be_healthy_three_times_is_healed(
    clock: time_machine.Traveller,
    source: MonitoringSource,
    write: Write,
    remembering: Remembering,
    alice: User,
) -> None:
    incident = post(source)
    run = done(propose(write(HEALING, policy="auto"), incident, alice))
    assert run.state == "verifying"

    seen = [pass_time(clock, run).healthy]  # it still fires
    post(source, "resolved")
    incident.refresh_from_db()
    assert incident.is_open()  # the run says by itself when it is over
    seen += [pass_time(clock, run).healthy for _ in range(2)]
    assert seen == [0, 1, 2]
    run = pass_time(clock, run)

    incident.refresh_from_db()
    change = Change.objects.get()
    assert run.state == "verified"
    assert (incident.state, incident.resolution_code) == ("resolved", "self_healed")
    assert (change.type, change.state, change.close_code) == ("standard", "closed", "successful")
    assert Link.objects.get(from_ticket=incident.pk).to_ticket_id == change.pk
    assert run.change_id == change.pk


def test_what_does_not_help_is_taken_back_and_told_to_people(
    clock: time_machine.Traveller,
    source: MonitoringSource,
    write: Write,
    remembering: Remembering,
    alice: User,
    bob: User,
) -> None:
    ServiceFactory(name="shop", owner_team=bob.memberships.get().team)
    incident = post(source)
    run = done(propose(write(UNDONE, policy="auto"), incident, alice))

    pass_time(clock, run)
    run = pass_time(clock, run, seconds=900)

    assert run.state == "rolled_back"
    assert [each.settings["what"] for each in remembering.done] == ["restart", "undo"]
    assert "done to" in Comment.objects.get(ticket=incident.pk, public=False).body
    assert Change.objects.get().outcome == "rolled_back"
    assert Incident.objects.get(pk=incident.pk).is_open()
    deliver_owed()
    told = Message.objects.filter(event__name="incident.run_escalated")
    assert bob.pk in told.values_list("recipient", flat=True)


def test_a_breaker_opens_after_two_failures_and_a_person_tries_it_again(
    clock: time_machine.Traveller,
    source: MonitoringSource,
    write: Write,
    remembering: Remembering,
    alice: User,
) -> None:
    incident = post(source)
    version = write(HEALING, policy="auto", cooldown=timedelta(0))
    remembering.answers = [failed("no"), failed("no"), failed("no")]

    runs = []
    for _time in range(3):
        runs.append(done(propose(version, incident, alice)))
        clock.shift(timedelta(minutes=1))
    third = runs[2]
    assert [each.state for each in runs] == ["failed", "failed", "blocked"]
    assert third.obstacle == "breaker"
    mine = Breaker.objects.filter(runbook=version.runbook)
    assert {each.state for each in mine.all()} == {"open"}

    clock.shift(timedelta(minutes=59))
    Run.objects.filter(pk=third.pk).update(gives_up_at=timezone.now() + timedelta(hours=9))
    assert done(third).obstacle == "breaker"  # half open: not by itself
    third.refresh_from_db()
    trial = done(accept_run(run=third, actor=alice))

    assert trial.state == "failed"
    waits = {each.until - timezone.now() for each in mine.all() if each.until}
    assert waits == {timedelta(hours=2)}

    clock.shift(timedelta(hours=2))
    last = done(propose(version, incident, alice))
    last = done(accept_run(run=last, actor=alice))
    post(source, "resolved")
    for _time in range(3):
        last = pass_time(clock, last)
    assert last.state == "verified"
    assert {each.state for each in Breaker.objects.all()} == {"closed"}


def test_all_healing_stops_when_it_fails_all_over_the_fleet(
    clock: time_machine.Traveller,
    source: MonitoringSource,
    write: Write,
    remembering: Remembering,
    alice: User,
) -> None:
    """Each runbook failed once and each target once, so that no other breaker has opened."""
    incident = post(source)

    def heal(place: int) -> Run:
        clock.shift(timedelta(minutes=1))
        version = write(HEALING, slug=f"restart-{place}", policy="auto", is_mutating=False)
        return done(propose(version, incident, alice, host=f"web-{place}"))

    remembering.answers = [failed("no"), failed("no"), failed("no")]
    assert [heal(place).state for place in range(3)] == ["failed"] * 3
    held = heal(3)

    assert (held.state, held.obstacle) == ("blocked", "breaker")
    assert "fleet" in held.why
    standing = Breaker.objects.exclude(state="closed").get()
    assert (standing.runbook, standing.target) == (None, "")
    deliver_owed()
    told = Incident.objects.get(correlation_key__startswith="breaker:")
    assert "all over the fleet" in told.title

    clock.shift(timedelta(hours=1))
    trial = done(accept_run(run=heal(4), actor=alice))
    post(source, "resolved")
    for _time in range(3):
        trial = pass_time(clock, trial)
    assert trial.state == "verified"
    assert not Breaker.objects.exclude(state="closed").exists()


def test_a_run_is_held_back_by_a_freeze_and_by_another_at_its_target(
    clock: time_machine.Traveller,
    source: MonitoringSource,
    write: Write,
    remembering: Remembering,
    alice: User,
) -> None:
    incident = post(source)
    waiting = write(RESTART + "  - {use: human, name: Look}\n", slug="slow", policy="auto")
    first = done(propose(waiting, incident, alice))
    second = done(propose(write(HEALING, policy="auto"), incident, alice))
    assert (first.state, second.obstacle) == ("running", "lock")

    Run.objects.filter(pk=first.pk).update(state="aborted", ended_at=timezone.now(), waits_for="")
    now = timezone.now()
    freeze = Window.objects.create(
        name="Fair", sort="freeze", starts_at=now, ends_at=now + timedelta(minutes=5), reason="x"
    )
    assert done(second).obstacle == "gate"
    assert "freeze" in second.why
    freeze.delete()
    assert done(second).state == "verifying"
    assert Change.objects.count() == 2
