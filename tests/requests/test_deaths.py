"""Killed between any two steps, every effect happens exactly once."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from itsm.core import events
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.models import Task
from requests import actions, chores
from requests.actions import fulfilling
from requests.models import ServiceRequest
from tests.requests.conftest import Make, Order, Remote

pytestmark = pytest.mark.django_db

CALL: dict[str, Any] = {
    "name": "one",
    "title": "Create it",
    "type": "http",
    "target": "cloud",
    "undo": {"type": "http", "target": "cloud", "method": "DELETE"},
}
STEPS = [
    CALL,
    {"name": "wait", "title": "Let it settle", "type": "wait", "hours": 1},
    {**CALL, "name": "two", "inputs": {"who": "request.for"}},
    {"name": "hand", "title": "Hand it over", "type": "human", "team": "platform"},
    {**CALL, "name": "three"},
]


class Death(BaseException):
    """Nothing catches it, as nothing catches a kill -9."""


@contextlib.contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, where: str, at: int) -> Iterator[None]:
    """Die at the n-th of these moments, with whatever was not committed."""
    left = [at]
    owner, name = {
        "before a move": (fulfilling, "move"),
        "inside a transaction": (events, "publish"),
        "before the call": (fulfilling, "answer_to"),
        "after the call": (fulfilling, "note_answer"),
    }[where]
    real = getattr(owner, name)

    def die(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise Death
        return real(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, die)
        with contextlib.suppress(Death):
            yield


def carry_on(ordered: ServiceRequest, clock: Any, alice: User) -> None:
    """Let the clock's hand and the people do what they do, until it has ended."""
    for _round in range(12):
        clock.shift(timedelta(minutes=61))
        chores.go_on()
        for task in Task.objects.filter(state="open"):
            actions.finish_task(task=task, actor=alice)
        ordered.refresh_from_db()
        if ordered.state in ("fulfilled", "canceled"):
            return


@pytest.mark.parametrize("where", ["before a move", "inside a transaction", "before the call",
                                   "after the call"])  # fmt: skip
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_death_at_any_moment_loses_nothing_and_repeats_nothing(
    make: Make, order: Order, remote: Remote, alice: User, clock: Any,
    monkeypatch: pytest.MonkeyPatch, where: str, at: int,
) -> None:  # fmt: skip
    ordered = order(make(steps=STEPS))

    with dying(monkeypatch, where, at):
        carry_on(ordered, clock, alice)
    carry_on(ordered, clock, alice)

    assert ordered.state == "fulfilled"
    assert list(remote.done) == [f"{ordered.number}:{each}" for each in ("one", "two", "three")]
    assert Task.objects.count() == 1
    finished = Event.objects.filter(name="service_request.step_finished")
    assert sorted(each.data["step"] for each in finished) == sorted(each["name"] for each in STEPS)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_death_while_it_is_taken_back_takes_back_once(
    make: Make, order: Order, remote: Remote, alice: User, charlie: User, clock: Any,
    monkeypatch: pytest.MonkeyPatch, at: int,
) -> None:  # fmt: skip
    ordered = order(make(steps=[CALL, {**CALL, "name": "two"}, STEPS[3]]))
    chores.go_on()
    ordered.refresh_from_db()
    actions.cancel(ordered, actor=charlie)

    with dying(monkeypatch, "after the call", at):
        carry_on(ordered, clock, alice)
    carry_on(ordered, clock, alice)

    assert ordered.state == "canceled"
    undone = [key for key in remote.done if key.endswith(":undo")]
    assert undone == [f"{ordered.number}:two:undo", f"{ordered.number}:one:undo"]
