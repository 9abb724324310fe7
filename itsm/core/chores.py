"""What is done by the clock: small sweeps that find what is due and may run anywhere, any time.

A chore is claimed in its row, so three beats, no beat or a sweep in every process come to the
same. Each must be written so that a second run changes nothing: it acts on what it finds due.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.utils import timezone

from itsm.core import apart
from itsm.core.models import Chore
from itsm.core.registry import Registry

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Timetabled:
    """A chore's work and how often it is to be done."""

    every: timedelta
    work: Callable[[], None]
    # Whether it computes for long this time, so that pages and other chores must not wait for it.
    is_long: Callable[[], bool] | None = None


timetable: Registry[Timetabled] = Registry("chore")


def chore(
    *, every: timedelta, is_long: Callable[[], bool] | None = None
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Have a function called by the clock; in a process of its own when it says it is long."""

    def register(work: Callable[[], None]) -> Callable[[], None]:
        timetable.add(f"{work.__module__}.{work.__name__}")(Timetabled(every, work, is_long))
        return work

    return register


def run_due() -> int:
    """Do every chore that is due and not claimed by somebody else; how many were done."""
    done = 0
    for name in _due():
        if _claim(name):
            _begin(name)
            done += 1
    return done


def _due() -> list[str]:
    waiting = set(Chore.objects.filter(due_at__gt=timezone.now()).values_list("name", flat=True))
    return [name for name in timetable if name not in waiting]


def _claim(name: str) -> bool:
    now = timezone.now()
    Chore.objects.bulk_create([Chore(name=name, due_at=now)], ignore_conflicts=True)
    return bool(
        Chore.objects.filter(name=name, due_at__lte=now).update(due_at=now + timetable[name].every)
    )


def _begin(name: str) -> None:
    is_long = timetable[name].is_long
    try:
        if is_long is not None and is_long():
            apart.start("chore", name)
            return
    except Exception as problem:  # it stands in the way of no other
        _note(name, problem)
        return
    run(name)


def run(name: str) -> None:
    """Do a chore here and now, and note how it went."""
    try:
        timetable[name].work()
    except Exception as problem:
        _note(name, problem)
    else:
        _note(name)


def _note(name: str, problem: Exception | None = None) -> None:
    if problem is not None:
        logger.error("chore.failed", chore=name, exc_info=problem)
    error = repr(problem)[:2000] if problem is not None else ""
    Chore.objects.filter(name=name).update(finished_at=timezone.now(), error=error)
