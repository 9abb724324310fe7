"""Runs from the proposal to the end, each by the road users and programs take."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import ProgrammingError, transaction
from django.utils import timezone

from itsm.automation.actions import (
    abort_run,
    accept_run,
    approve_run,
    let_go_on,
    set_secret,
    settle_run,
    skip_run,
    start_run,
    stop_everything,
    working,
)
from itsm.automation.actions.checking import try_to_begin
from itsm.automation.actions.stepping import Fenced, begin_step, end_step
from itsm.automation.executors import failed, succeeded, unknown
from itsm.automation.models import Run, RunbookVersion, RunStep
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.core.models import Event
from itsm.people.models import User
from tests.factories import IncidentFactory
from tests.runbooks.conftest import RESTART, Remembering, Write, done

pytestmark = pytest.mark.django_db


def start(version: RunbookVersion, actor: User, **more: Any) -> Run:
    given = {"parameters": {"host": "web-1"}, "key": "test:1", **more}
    return start_run(version=version, actor=actor, **given)


def events_of(run: Run) -> list[str]:
    found = Event.objects.filter(subject_type="run", subject_id=run.pk).order_by("pk")
    return [each.name.removeprefix("run.") for each in found]


def test_a_run_is_begun_once_for_each_key(
    write: Write, remembering: Remembering, alice: User
) -> None:
    version = write()

    first = done(start(version, alice))
    second = done(start(version, alice))

    assert first.pk == second.pk
    assert first.state == "verified"
    assert [each.key for each in remembering.done] == ["test:1:steps:0"]
    assert events_of(first) == ["proposed", "accepted", "started", "verified", "finished"]
    assert Event.objects.get(name="run.finished").data["outcome"] == "verified"


def test_what_a_rule_proposes_waits_for_a_person_unless_its_policy_says_otherwise(
    write: Write, remembering: Remembering, alice: User, charlie: User
) -> None:
    suggested = done(start(write(), alice, origin="healing"))
    automatic = done(
        start(write(slug="auto", policy="auto"), alice, origin="healing", key="test:2")
    )

    assert (suggested.state, automatic.state) == ("proposed", "verified")
    with pytest.raises(NotAllowed):
        accept_run(run=suggested, actor=charlie)
    assert done(accept_run(run=suggested, actor=alice)).state == "verified"
    with pytest.raises(Refused):
        skip_run(run=suggested, actor=alice)


def test_what_runs_outside_production_by_itself_takes_the_unknown_for_production(
    write: Write, remembering: Remembering, alice: User
) -> None:
    text = RESTART.replace("steps:", "  - {name: environment, type: text}\nsteps:")
    version = write(text, policy="auto_nonprod")

    runs = [
        done(
            start(
                version,
                alice,
                origin="healing",
                key=f"test:{place}",
                parameters={"host": f"web-1{place}", "environment": place},
            )
        )
        for place in ("", "production", "staging")
    ]

    assert [each.state for each in runs] == ["proposed", "proposed", "verified"]


@pytest.mark.parametrize("ticketed", [True, False])
def test_a_second_person_gives_leave_and_never_who_asked(
    write: Write,
    remembering: Remembering,
    alice: User,
    mona: User,
    dana: User,
    ticketed: bool,
) -> None:
    ticket = IncidentFactory() if ticketed else None
    version = write(needs_approval=True)
    run = done(start(version, alice, origin="person", ticket=ticket))

    assert run.state == "awaiting_approval"
    for nobody in (alice, mona):  # who asked for it, and who wrote it
        with pytest.raises(NotAllowed):
            approve_run(run=run, actor=nobody, word="approved")
    approve_run(run=run, actor=dana, word="approved")
    assert done(run).state == "verified"


def test_a_failed_step_is_tried_again_and_then_taken_back(
    write: Write, remembering: Remembering, alice: User
) -> None:
    text = RESTART.replace("with: {what: restart}", "retries: 1\n    with: {what: restart}")
    version = write(text + "rollback:\n  - use: remembering\n    with: {what: undo}\n")
    remembering.answers = [failed("no"), failed("still no")]

    run = done(done(start(version, alice)))

    assert [each.settings["what"] for each in remembering.done] == ["restart", "restart", "undo"]
    assert run.state == "rolled_back"
    assert "still no" in run.why


@pytest.mark.parametrize("answer", [unknown("no answer came"), OSError("the line broke")])
def test_what_may_have_been_done_is_never_done_again_blindly(
    write: Write, remembering: Remembering, alice: User, answer: Any
) -> None:
    text = RESTART.replace("with: {what: restart}", "retries: 3\n    with: {what: restart}")
    remembering.answers = [answer]

    run = done(done(start(write(text), alice)))

    assert (run.state, run.waits_for) == ("running", "word")
    assert len(remembering.done) == 1
    assert RunStep.objects.get().state == "unknown"
    with pytest.raises(Invalid):
        settle_run(run=run, actor=alice, is_done=False)
    settle_run(run=run, actor=alice, is_done=True)
    assert done(run).state == "verified"
    assert len(remembering.done) == 1


def test_a_run_whose_effect_a_person_did_not_find_fails(
    write: Write, remembering: Remembering, alice: User
) -> None:
    remembering.answers = [unknown("no answer came")]
    run = done(start(write(), alice))

    settle_run(run=run, actor=alice, is_done=False, why="It still runs since May.")

    assert done(run).state == "failed"


def test_a_worker_that_slept_past_its_lease_is_not_believed(
    write: Write, remembering: Remembering, alice: User
) -> None:
    start(write(), alice)
    mine = working.claim_next()
    assert mine is not None
    mine = working._plan(try_to_begin(mine), working.Pulse(mine))
    mine, step, _said = begin_step(mine)
    assert step is not None

    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert working.release_lost() == 1
        with pytest.raises(Fenced):
            end_step(mine, step, succeeded())

    mine.refresh_from_db()
    assert (mine.state, mine.waits_for) == ("running", "word")
    assert "Too late" in mine.lines.latest("pk").text


def test_people_do_their_steps_and_leave_is_asked_between_them(
    write: Write, remembering: Remembering, alice: User, dana: User
) -> None:
    version = write(
        RESTART
        + "  - {use: human, name: Look at the screen}\n"
        + "  - {use: approval, name: Go on}\n"
        + "  - {use: remembering, with: {what: tidy}}\n"
    )

    run = done(start(version, alice))
    assert run.waits_for == "person"
    settle_run(run=run, actor=alice, is_done=True)
    run = done(run)
    assert run.waits_for == "approval"
    with pytest.raises(NotAllowed):
        approve_run(run=run, actor=alice, word="approved")
    approve_run(run=run, actor=dana, word="approved")

    assert done(run).state == "verified"
    assert [each.settings["what"] for each in remembering.done] == ["restart", "tidy"]


def test_the_kill_switch_stops_what_waits_and_what_runs(
    write: Write, remembering: Remembering, alice: User, mona: User, charlie: User
) -> None:
    version = write(RESTART + "  - {use: human, name: Look}\n")
    waiting = start(version, alice, origin="healing")
    begun = done(start(version, alice, key="test:2"))
    assert begun.waits_for == "person"

    with pytest.raises(NotAllowed):
        stop_everything(actor=charlie)
    stop_everything(actor=alice, reason="It deletes things.")

    later = done(start(version, alice, key="test:3"))
    states = [Run.objects.get(pk=each.pk).state for each in (waiting, begun, later)]
    assert states == ["aborted"] * 3
    with pytest.raises(NotAllowed):
        let_go_on(actor=alice)
    let_go_on(actor=mona)
    assert done(start(version, alice, key="test:4")).waits_for == "person"


def test_one_run_is_stopped_alone(write: Write, remembering: Remembering, alice: User) -> None:
    run = done(start(write(RESTART + "  - {use: human, name: Look}\n"), alice))

    abort_run(run=run, actor=alice)

    run.refresh_from_db()
    assert run.state == "aborted"
    with pytest.raises(Refused):
        abort_run(run=run, actor=alice)


def test_secrets_are_handed_over_and_stand_in_no_log(
    write: Write, remembering: Remembering, alice: User, mona: User
) -> None:
    text = RESTART.replace("with: {what: restart}", "secrets: [TOKEN]\n    with: {what: restart}")
    version = write(text)
    missing = done(start(version, alice))
    set_secret(runbook=version.runbook, name="TOKEN", value="planted-4711", actor=mona)
    remembering.answers = [failed("wrong token planted-4711 cGxhbnRlZC00NzEx")]

    run = done(start(version, alice, key="test:2", parameters={"host": "web-2"}))

    assert missing.state == "failed"
    assert "TOKEN" in missing.why
    assert remembering.done[0].secrets == {"TOKEN": "planted-4711"}
    told = [
        run.why,
        *run.lines.values_list("text", flat=True),
        *run.steps.values_list("why", flat=True),
    ]
    assert not [each for each in told if "4711" in each or "cGxhbnRl" in each]
    assert any("•••" in each for each in told)


def test_what_a_version_says_is_never_changed(write: Write, remembering: Remembering) -> None:
    first = write()
    second = write(RESTART.replace("restart}", "reload}"))

    assert (first.number, second.number) == (1, 2)
    with transaction.atomic(), pytest.raises(ProgrammingError, match="never changed"):
        RunbookVersion.objects.filter(pk=first.pk).update(text="")
