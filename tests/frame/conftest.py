"""Installations to break."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.frame.installation import Installation, wait_until


@pytest.fixture(scope="module")
def install() -> Iterator[Callable[..., Installation]]:
    """Makes installations and removes them with all they started."""
    made: list[Installation] = []
    base = Path(tempfile.mkdtemp(prefix="steady-test-"))
    base.chmod(0o755)  # PostgreSQL may run as another user and must get in

    def make(**variables: str) -> Installation:
        directory = base / str(len(made))
        directory.mkdir()
        made.append(Installation(directory, **variables))
        return made[-1]

    yield make
    for installation in made:
        installation.stop()
        for pid in installation.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="module")
def prepared(install: Callable[..., Installation]) -> Installation:
    """One whose data exist already, so that it starts fast."""
    return install(WEB_CONCURRENCY="2")


@pytest.fixture
def installation(prepared: Installation) -> Installation:
    """The prepared one, running and with every part heard from; left running for the next test."""
    if prepared.has_ended():
        prepared.start()
    wait_until(prepared.is_ready, within=60)
    return prepared
