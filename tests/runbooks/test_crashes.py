"""A worker that dies at once, with a real process and a real signal."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from itsm.automation.actions import settle_run, start_run, working
from itsm.automation.models import Run
from itsm.people.models import User
from tests.runbooks.conftest import Write, put

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

TEXT = """
target: web-1
steps:
  - {use: script, with: {command: slow}}
"""
WORKER = (
    "import django; django.setup();from itsm.automation.actions import working; working.run_owed()"
)


@pytest.mark.parametrize("is_done", [True, False])
def test_a_step_that_was_cut_off_is_not_begun_again(
    write: Write, commands: Path, alice: User, is_done: bool
) -> None:
    begun = commands.parent / "begun"
    put(commands, "slow", f"#!/bin/sh\necho $$ >> {begun}\nexec sleep 60\n")
    run = start_run(version=write(TEXT), parameters={}, key="crash", actor=alice)

    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment(commands.parent))
    wait_for(begun)
    worker.kill()
    worker.wait()
    os.kill(int(begun.read_text()), signal.SIGKILL)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        working.run_owed()

    run.refresh_from_db()
    assert (run.state, run.waits_for) == ("running", "word")
    settle_run(run=run, actor=alice, is_done=is_done, why="I looked.")
    working.run_owed()
    assert Run.objects.get(pk=run.pk).state == ("verified" if is_done else "failed")
    assert len(begun.read_text().split()) == 1


def environment(directory: Path) -> dict[str, str]:
    """What a worker is told to work on the test database."""
    given = settings.DATABASES["default"]
    address = f"postgresql://{given['USER']}@/{connection.settings_dict['NAME']}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "itsm.settings",
        "DATABASE_URL": f"{address}?host={given['HOST']}",
        "SECRET_KEY": settings.SECRET_KEY,
        "DEBUG": "1",
        "DEMO": "0",
        "LOG_LEVEL": "ERROR",
        "RUNBOOK_DIR": str(directory),
    }


def wait_for(file: Path) -> None:
    end = time.monotonic() + 60
    while not (file.exists() and file.read_text().strip()):
        assert time.monotonic() < end, "The worker did not begin."
        time.sleep(0.05)
