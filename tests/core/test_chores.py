from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from itsm.core import chores, sweep
from itsm.core.heartbeats import last_heard
from itsm.core.models import Chore
from itsm.core.registry import Registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The only chores there are: a sound and a broken one, and what they did."""
    log: list[str] = []
    monkeypatch.setattr(chores, "timetable", Registry("chore"))

    @chores.chore(every=timedelta(minutes=1))
    def sound() -> None:
        log.append("sound")

    @chores.chore(every=timedelta(minutes=1))
    def broken() -> None:
        raise RuntimeError("out of order")

    return log


def test_a_chore_is_done_once_a_period_however_many_beats_there_are(done: list[str]) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(3):
            chores.run_due()
        clock.shift(timedelta(minutes=1))
        chores.run_due()

    assert done == ["sound", "sound"]


def test_a_broken_chore_says_so_and_stops_no_other(done: list[str]) -> None:
    chores.run_due()

    broken = Chore.objects.get(name__endswith="broken")
    assert "out of order" in broken.error
    assert done == ["sound"]


def test_the_sweep_does_chores_without_beat_and_is_heard(done: list[str]) -> None:
    assert sweep.sweep_once()

    assert done == ["sound"]
    assert "sweep" in last_heard()
