"""The one command: what it starts, what it starts again, and what it leaves behind (P6 to P9)."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial

import httpx
import pytest

from tests.frame.installation import PARTS, ROOT, Installation, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def other(install: Callable[..., Installation]) -> Installation:
    """Another checkout beside, which runs."""
    started = install(WEB_CONCURRENCY="1")
    started.start()
    return started


def test_every_part_that_is_killed_is_started_again(installation: Installation):
    killed = {part: installation.kill(part) for part in PARTS}

    for part in PARTS:
        wait_until(partial(installation.is_back, part, instead_of=killed[part]), within=30)
    wait_until(installation.is_ready, within=60)


def test_web_answers_503_while_the_database_is_away_and_recovers_alone(
    installation: Installation,
):
    assert installation.supervisor is not None
    postgres = installation.pid_of("postgres")
    installation.supervisor.send_signal(signal.SIGSTOP)  # nobody starts it again for now

    os.kill(postgres, signal.SIGKILL)
    answers = [
        httpx.get(installation.address, cookies={"session": "anything"}, timeout=6)
        for _ in range(3)
    ]

    installation.supervisor.send_signal(signal.SIGCONT)
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert answers[0].headers["Retry-After"] == "5"
    assert "default-src 'self'" in answers[0].headers["Content-Security-Policy"]
    wait_until(partial(installation.is_back, "postgres", instead_of=postgres), within=30)
    wait_until(installation.is_ready, within=30)


def test_two_checkouts_run_side_by_side_and_a_second_start_in_one_is_refused(
    installation: Installation, other: Installation
):
    again = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT, env=other.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert installation.address != other.address
    assert httpx.get(f"{installation.address}/healthz").json() == {"status": "alive"}
    assert httpx.get(f"{other.address}/healthz").json() == {"status": "alive"}
    assert again.returncode == 1
    assert other.address in again.stderr


def test_after_kill_9_of_everything_the_next_start_recovers(installation: Installation):
    for pid in installation.processes():
        os.kill(pid, signal.SIGKILL)
    wait_until(installation.has_ended, within=10)
    installation.start()

    wait_until(installation.is_ready, within=60)


def test_ctrl_c_ends_everything_and_leaves_nothing(installation: Installation):
    seconds = installation.stop()

    assert seconds < 10
    assert installation.processes() == set()
    assert not list((installation.data / "run").glob("*.pid"))


def test_when_only_the_supervisor_is_killed_its_children_go_with_it(other: Installation):
    assert other.supervisor is not None
    other.supervisor.kill()

    wait_until(lambda: other.processes() == set(), within=20)
