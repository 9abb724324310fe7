"""Installations to break."""

import fcntl
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from itsm.core.supervision.engines import Postgres
from itsm.core.supervision.places import DATABASE, places
from tests.frame.installation import Installation, wait_until
from tests.tables import load_tables

# What a migration made that comes after all others, for a start to make again.
NOT_YET = "DROP TABLE django_session; DELETE FROM django_migrations WHERE app = 'sessions'"


@pytest.fixture(scope="session")
def first_data(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Path:
    """What a first start makes, made once by one of the processes of a parallel run."""
    own = tmp_path_factory.getbasetemp()
    kept = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "first-data"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            with _place() as base, _ended(Installation(base)) as first:
                _fill(first.data)
                first.start()
                first.stop()
                _copy(first.data, kept)
    return kept


def _fill(data: Path) -> None:
    """Make an engine with tables that lack one migration: to make all takes twenty seconds."""
    where = places(data)
    where.make()
    postgres = Postgres(where, fast=True)
    postgres.start()
    try:
        load_tables(host=str(where.sockets), database=DATABASE)
        with psycopg.connect(where.database_url) as connection:
            connection.execute(NOT_YET)
    finally:
        postgres.child.ask_to_stop()
        postgres.child.wait(until=time.monotonic() + 30)


@contextmanager
def _place() -> Iterator[Path]:
    """A directory for installations, removed in the end."""
    base = Path(tempfile.mkdtemp(prefix="steady-test-"))
    base.chmod(0o755)  # PostgreSQL may run as another user and must get in
    try:
        yield base
    finally:
        shutil.rmtree(base, ignore_errors=True)


@contextmanager
def _ended(installation: Installation) -> Iterator[Installation]:
    """An installation that ends with all it started."""
    try:
        yield installation
    finally:
        installation.stop()
        for pid in installation.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _copy(source: Path, target: Path) -> None:
    """Copy with owners, as PostgreSQL may run as another user."""
    subprocess.run(["cp", "-a", source, target], check=True)


@pytest.fixture(scope="module")
def install(first_data: Path) -> Iterator[Callable[..., Installation]]:
    """Makes installations that were started before, and removes them with all they started."""
    with _place() as base, ExitStack() as ends:
        count = itertools.count()

        def make(**variables: str) -> Installation:
            directory = base / str(next(count))
            directory.mkdir()
            _copy(first_data, directory / "data")
            return ends.enter_context(_ended(Installation(directory, **variables)))

        yield make


@pytest.fixture(scope="module")
def prepared(install: Callable[..., Installation]) -> Installation:
    """One that all tests of a file may have."""
    return install(WEB_CONCURRENCY="2")


@pytest.fixture
def installation(prepared: Installation) -> Installation:
    """The prepared one, running and with every part heard from; left running for the next test."""
    if prepared.has_ended():
        prepared.start()
    wait_until(prepared.is_ready, within=60)
    return prepared
