"""Which step of a request comes next: pure, so that whoever asks again gets the same answer.

Forward, a step is taken when all it waits for is done or not needed, and none is taken once one has
failed. Backward, what was done is undone in the opposite order, one after the other, when nothing
is under way any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

DONE = ("done", "skipped")
UNDER_WAY = ("running", "outside")
OVER = (*DONE, "failed", "canceled")


class Word(Enum):
    """What is to be done with a request now."""

    TAKE = "take"
    OVERDUE = "overdue"
    FINISH = "finish"
    FAIL = "fail"
    UNDO = "undo"
    UNDONE = "undone"
    REST = "rest"


@dataclass(frozen=True)
class Standing:
    """One step as far as its turn is concerned."""

    name: str
    state: str
    after: tuple[str, ...] = ()
    due_at: datetime | None = None
    deadline: datetime | None = None
    is_undo: bool = False
    # Under way inside a call: nobody may touch it until its time has passed.
    is_call: bool = False


@dataclass(frozen=True)
class Move:
    """A word, and the step it is said of."""

    word: Word
    step: Standing | None = None


def next_move(steps: Sequence[Standing], *, is_undoing: bool, now: datetime) -> Move:
    """What comes next of these steps, in their order."""
    if is_undoing:
        return _backward(steps, now)
    forward = [each for each in steps if not each.is_undo]
    if (late := _late(forward, now)) is not None:
        return Move(Word.OVERDUE, late)
    if any(each.state == "failed" for each in forward):
        return Move(Word.FAIL)
    settled = {each.name for each in forward if each.state in DONE}
    for each in forward:
        if each.state == "waiting" and set(each.after) <= settled and _is_due(each, now):
            return Move(Word.TAKE, each)
    if all(each.state in DONE for each in forward):
        return Move(Word.FINISH)
    return Move(Word.REST)


def look_again_at(steps: Sequence[Standing]) -> datetime | None:
    """When time alone may bring a next move; None when only somebody else can."""
    moments = [
        moment
        for each in steps
        if each.state not in OVER
        for moment in _moments_of(each)
        if moment is not None
    ]
    return min(moments, default=None)


def _moments_of(each: Standing) -> list[datetime | None]:
    return [each.due_at, each.deadline if each.state in UNDER_WAY else None]


def _backward(steps: Sequence[Standing], now: datetime) -> Move:
    if (late := _late(steps, now)) is not None:
        return Move(Word.OVERDUE, late)
    if any(each.state in UNDER_WAY and (each.is_call or each.is_undo) for each in steps):
        return Move(Word.REST)
    undoing = [each for each in steps if each.is_undo]
    if not undoing and any(not each.is_undo and each.state == "done" for each in steps):
        return Move(Word.UNDO)
    waiting = [each for each in undoing if each.state == "waiting"]
    if waiting:
        first = waiting[0]
        return Move(Word.TAKE, first) if _is_due(first, now) else Move(Word.REST)
    return Move(Word.UNDONE)


def _late(steps: Sequence[Standing], now: datetime) -> Standing | None:
    for each in steps:
        limit = each.due_at if each.state == "running" else each.deadline
        if each.state in UNDER_WAY and limit is not None and limit <= now:
            return each
        if each.state == "outside" and each.due_at is not None and each.due_at <= now:
            return each
    return None


def _is_due(each: Standing, now: datetime) -> bool:
    return each.due_at is None or each.due_at <= now
