import time
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from itsm.core import apart, chores, heartbeats, sweep
from itsm.core.models import Chore, Heartbeat
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
    assert "sweep" in heartbeats.last_heard()


def test_a_web_process_leaves_the_work_to_the_worker_while_one_is_heard_of(done: list[str]) -> None:
    heartbeats.beat("worker")
    assert sweep.sweep_once(stands_by=True)
    assert done == []
    assert "sweep" in heartbeats.last_heard()

    Heartbeat.objects.filter(part="worker").update(heard_at=timezone.now() - sweep.SILENCE)
    assert sweep.sweep_once(stands_by=True)
    assert done == ["sound"]


def test_a_long_chore_is_done_in_a_process_of_its_own(
    done: list[str], tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_DIR = tmp_path
    told = tmp_path / "told"
    (tmp_path / "manage.py").write_text(
        f"import sys; open({str(told)!r}, 'w').write(' '.join(sys.argv[1:]))\n"
    )
    chores.chore(every=timedelta(days=1), is_long=lambda: True)(thorough)

    chores.run_due()

    deadline = time.monotonic() + 30
    while not (told.exists() and told.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert told.read_text() == f"chore {__name__}.thorough"
    monkeypatch.setattr(apart, "stand_back", lambda: None)  # the tests themselves do not
    with pytest.raises(CommandError, match="Done with care"):
        call_command("chore", f"{__name__}.thorough")
    row = Chore.objects.get(name=f"{__name__}.thorough")
    assert (row.finished_at is not None, "Done with care" in row.error) == (True, True)


def test_one_that_cannot_say_how_long_it_is_stands_in_no_others_way(done: list[str]) -> None:
    def is_long() -> bool:
        raise RuntimeError("Nobody knows")

    chores.chore(every=timedelta(days=1), is_long=is_long)(thorough)

    def tidy() -> None:
        done.append("tidy")

    chores.chore(every=timedelta(days=1))(tidy)

    assert chores.run_due() == 4
    assert "tidy" in done
    assert "Nobody knows" in Chore.objects.get(name=f"{__name__}.thorough").error


def thorough() -> None:
    raise RuntimeError("Done with care")
