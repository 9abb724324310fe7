"""Steps are taken in their order, once, and what fails is mended or taken back."""

from datetime import timedelta
from typing import Any

import pytest

from itsm.automation.actions import start_run  # noqa: F401 loads what runs
from itsm.core import http
from itsm.core.errors import Refused
from itsm.core.models import Event
from itsm.notifications.audience import concerned
from itsm.people.models import User
from itsm.tickets.models import Task
from requests import actions, chores
from requests.models import ServiceRequest, StepState, Target
from tests.requests.conftest import Make, Order, Remote, go_on
from tests.runbooks.conftest import Remembering, Write, done, remembering, write  # noqa: F401

pytestmark = pytest.mark.django_db

CREATE: dict[str, Any] = {
    "name": "create",
    "title": "Create the machine",
    "type": "http",
    "target": "cloud",
    "path": "/machines",
    "inputs": {"size": "answer.size", "who": "request.for"},
    "outputs": ["id"],
    "undo": {
        "type": "http",
        "target": "cloud",
        "method": "DELETE",
        "path": "/machines",
        "inputs": {"id": "step.create.id"},
    },
}
HAND: dict[str, Any] = {
    "name": "hand",
    "title": "Hand it over",
    "type": "human",
    "team": "platform",
}
SIZE: list[dict[str, Any]] = [
    {"name": "size", "label": "Size", "type": "choice", "choices": ["S", "L"]}
]


def states(service_request: ServiceRequest) -> dict[str, str]:
    steps = service_request.steps.order_by("is_undo", "position")
    return {f"{each.name}{'↩' if each.is_undo else ''}": each.state for each in steps}


def test_the_team_of_the_owner_sees_to_what_nobody_said_how_to_do(
    make: Make, order: Order, alice: User, clock: Any
) -> None:
    ordered = go_on(order(make(hours=8)))
    task = Task.objects.get()
    assert (ordered.state, task.team_id, task.ticket_id) == (
        "fulfilling",
        ordered.team_id,
        ordered.pk,
    )

    actions.finish_task(task=task, actor=alice, result="On your desk.")
    go_on(ordered)

    assert ordered.state == "fulfilled"
    assert ordered.steps.get().evidence == {
        "by": "alice", "result": "On your desk.", "task": task.pk
    }  # fmt: skip
    clock.shift(timedelta(days=9))
    chores.confirm_unobjected()
    ordered.refresh_from_db()
    assert ordered.state == "closed_complete"


def test_inputs_reach_the_other_system_as_values(
    make: Make, order: Order, remote: Remote, alice: User
) -> None:
    item = make(questions=[{"name": "size", "label": "Size", "type": "text"}], steps=[CREATE, HAND])
    hostile = '$(id); {{ lookup("pipe", "id") }} --flag'

    ordered = go_on(order(item, size=hostile))

    (method, url, body, key), *rest = remote.calls
    assert (method, url, rest) == ("POST", "https://cloud.example.org/api/machines", [])
    assert body == {"size": hostile, "who": "charlie"}
    assert key == f"{ordered.number}:create"
    assert states(ordered) == {"create": "done", "hand": "outside"}


def test_what_is_busy_is_tried_again_with_the_same_key(
    make: Make, order: Order, remote: Remote, clock: Any
) -> None:
    remote.answers = [503, http.Unreachable("no answer"), 200]
    item = make(questions=SIZE, steps=[{**CREATE, "retries": 2, "backoff_minutes": 5}])

    ordered = go_on(order(item, size="S"))
    assert states(ordered) == {"create": "waiting"}
    for minutes in (5, 10):
        clock.shift(timedelta(minutes=minutes))
        go_on(ordered)

    assert (ordered.state, len(remote.calls)) == ("fulfilled", 3)
    assert {key for *_rest, key in remote.calls} == {f"{ordered.number}:create"}


def test_what_failed_is_done_by_hand_and_goes_on(
    make: Make, order: Order, remote: Remote, alice: User
) -> None:
    remote.answers = [422]
    ordered = go_on(order(make(questions=SIZE, steps=[CREATE, HAND]), size="S"))
    assert (ordered.state, states(ordered)) == ("failed", {"create": "failed", "hand": "waiting"})

    actions.repair(ordered, actor=alice)
    actions.finish_task(task=Task.objects.get(), actor=alice, result="Made by hand.")
    go_on(ordered)

    assert (ordered.state, states(ordered)) == ("fulfilling", {"create": "done", "hand": "outside"})


@pytest.mark.parametrize(
    ("verb", "end"), [("cancel", "canceled"), ("compensate", "closed_incomplete")]
)
def test_what_was_done_is_taken_back_the_last_first(
    make: Make, order: Order, remote: Remote, alice: User, verb: str, end: str
) -> None:
    second = {**CREATE, "name": "disk", "undo": {**CREATE["undo"], "path": "/disks"}}
    broken = {**CREATE, "name": "third"}
    remote.answers = [200, 200, 422]
    ordered = go_on(order(make(questions=SIZE, steps=[CREATE, second, broken, HAND]), size="S"))

    getattr(actions, verb)(ordered, actor=alice)
    go_on(ordered)

    assert ordered.state == end
    assert [(method, url[-9:]) for method, url, _body, _key in remote.calls[3:]] == [
        ("DELETE", "api/disks"),
        ("DELETE", "/machines"),
    ]
    assert remote.calls[-1][2] == {"id": "thing-1"}
    assert Task.objects.filter(state="open").count() == 0


def test_what_cannot_be_undone_by_itself_is_undone_by_somebody(
    make: Make, order: Order, remote: Remote, alice: User, charlie: User
) -> None:
    ordered = go_on(order(make(questions=SIZE, steps=[CREATE, HAND]), size="S"))
    remote.answers = [422]

    actions.cancel(ordered, actor=charlie)
    go_on(ordered)
    task = Task.objects.get(sort="taking_back")
    assert (ordered.state, ordered.undoing) == ("fulfilling", "canceled")
    actions.finish_task(task=task, actor=alice, result="Deleted in the console.")
    go_on(ordered)

    assert ordered.state == "canceled"


def test_a_call_whose_end_is_not_known_is_shown_to_somebody(
    make: Make, order: Order, remote: Remote, clock: Any
) -> None:
    Target.objects.update(knows_keys=False)
    ordered = order(make(questions=SIZE, steps=[CREATE]), size="S")
    actions.begin(service_request=ordered)
    actions.fulfilling.move(pk=ordered.pk)  # noted as begun; then we die

    clock.shift(timedelta(minutes=2))
    go_on(ordered)

    assert (ordered.state, remote.calls) == ("failed", [])
    assert "never heard of again" in ordered.steps.get().error


def test_a_step_nobody_does_in_its_time_fails(make: Make, order: Order, clock: Any) -> None:
    ordered = go_on(order(make(steps=[{**HAND, "timeout_hours": 24}])))

    clock.shift(timedelta(hours=25))
    go_on(ordered)

    assert (ordered.state, Task.objects.get().state) == ("failed", "canceled")


def test_what_is_not_needed_is_left_out_and_nothing_needed_is_no_work(
    make: Make, order: Order
) -> None:
    question = {"name": "loan", "label": "A loan?", "type": "yes_no"}
    step = {**HAND, "when": {"question": "loan", "is": True}}
    ordered = go_on(order(make(questions=[question], steps=[step])))

    assert (ordered.state, states(ordered)) == ("closed_skipped", {"hand": "skipped"})


def test_steps_wait_for_those_they_name_and_for_no_others(
    make: Make, order: Order, alice: User
) -> None:
    steps = [
        {**HAND, "name": "a"},
        {**HAND, "name": "b", "after": []},
        {**HAND, "name": "c", "after": ["a", "b"]},
    ]
    ordered = go_on(order(make(steps=steps)))
    assert states(ordered) == {"a": "outside", "b": "outside", "c": "waiting"}

    for task in Task.objects.order_by("pk"):
        actions.finish_task(task=task, actor=alice)
    go_on(ordered)

    assert states(ordered) == {"a": "done", "b": "done", "c": "outside"}


def test_nothing_happens_while_it_is_on_hold_and_that_ends_by_itself(
    make: Make, order: Order, alice: User, clock: Any
) -> None:
    ordered = go_on(order(make(steps=[HAND, {**HAND, "name": "more"}])))
    actions.hold(ordered, actor=alice, reason="The vendor.")
    actions.finish_task(task=Task.objects.get(), actor=alice)
    assert states(go_on(ordered)) == {"hand": "done", "more": "waiting"}

    clock.shift(timedelta(days=8))
    chores.resume_held()

    assert states(go_on(ordered))["more"] == "outside"


def test_a_runbook_runs_for_a_step(
    make: Make,
    order: Order,
    remembering: Remembering,  # noqa: F811
    write: Write,  # noqa: F811
) -> None:
    write()
    step = {"name": "restart", "title": "Restart", "type": "runbook", "runbook": "restart",
            "inputs": {"host": "answer.host"}}  # fmt: skip
    questions = [{"name": "host", "label": "Host", "type": "text", "pattern": "host_name"}]
    ordered = go_on(order(make(questions=questions, steps=[step]), host="web-1"))
    run = ordered.runs.get()

    done(run)
    event = Event.objects.get(name="run.finished")
    for _twice in range(2):
        actions.note_run(key=event.data["key"], outcome=event.data["outcome"], run=run.pk, why="")
    go_on(ordered)

    assert (run.key, len(remembering.done)) == (f"{ordered.number}:restart", 1)
    assert (ordered.state, states(ordered)) == ("fulfilled", {"restart": StepState.DONE})


def test_whoever_has_to_do_something_or_gets_something_is_told(
    make: Make, order: Order, alice: User, bob: User, charlie: User
) -> None:
    def told(word: str) -> set[User]:
        event = Event.objects.get(name=f"service_request.{word}")
        return {each.user for each in concerned(event, ordered) if not each.because}

    ordered = go_on(order(make()))
    assert told("task_added") == {alice, bob}

    actions.finish_task(task=Task.objects.get(), actor=alice)
    go_on(ordered)
    assert told("fulfilled") == {charlie}


def test_a_task_is_ended_once(make: Make, order: Order, alice: User) -> None:
    go_on(order(make()))
    task = Task.objects.get()
    actions.finish_task(task=task, actor=alice)

    with pytest.raises(Refused):
        actions.finish_task(task=task, actor=alice, state="skipped")


class TestLeases:
    LEASE = {"days": 30, "remind_days": 3, "extensions": 1, "extend_days": 30}

    def test_it_is_reminded_of_extended_once_and_taken_back(
        self, make: Make, order: Order, remote: Remote, charlie: User, clock: Any
    ) -> None:
        item = make(questions=SIZE, steps=[CREATE], lease=self.LEASE, quota=1)
        ordered = go_on(order(item, size="S"))
        clock.shift(timedelta(days=28))
        for _twice in range(2):
            chores.end_leases()
        assert Event.objects.filter(name="service_request.lease_reminded").count() == 1
        actions.extend(ordered, actor=charlie)
        with pytest.raises(Refused):
            actions.extend(ordered, actor=charlie)

        clock.shift(timedelta(days=33))
        for _twice in range(2):
            chores.end_leases()
            go_on(ordered)

        assert [call[0] for call in remote.calls] == ["POST", "DELETE"]
        assert ordered.lease_ended_at is not None
        assert order(item, size="L")  # what was given back counts no more

    def test_what_no_step_takes_back_is_fetched_by_somebody(
        self, make: Make, order: Order, alice: User, clock: Any
    ) -> None:
        ordered = go_on(order(make(steps=[HAND], lease=self.LEASE)))
        actions.finish_task(task=Task.objects.get(), actor=alice)
        go_on(ordered)

        clock.shift(timedelta(days=31))
        chores.end_leases()
        actions.finish_task(task=Task.objects.get(sort="taking_back"), actor=alice)
        go_on(ordered)

        assert ordered.lease_ended_at is not None
