"""What each process of a parallel run has for itself, and what one of them does for all.

Each has engines of its own: the transactions of one would hold back what another waits for, as what
reads only what every transaction is done with, such as the live line and the seals, looks at a
whole PostgreSQL. Loaded with `-p`, before the settings are read.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any

import pytest

# What the tests start is gone before it would gain anything by it.
os.environ.setdefault("WARM_UP", "0")
worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
for name in ("DATABASE_URL", "REDIS_URL"):
    if own := os.environ.get(f"{name}_{worker}"):
        os.environ[name] = own


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Let the first process compile the tests, and the second make the tables meanwhile."""
    tests = Path(__file__).parent
    with Path(__file__).open() as lock, (tests / "tables.py").open() as tables:
        if not _is_first(lock):
            if _is_first(tables):
                _make_tables()
            fcntl.flock(lock, fcntl.LOCK_SH)
            fcntl.flock(lock, fcntl.LOCK_UN)
        return (yield)


def _is_first(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make_tables() -> None:
    from tests.tables import kept_tables  # noqa: PLC0415 settings are not ready at import

    if not kept_tables().exists():
        subprocess.run([sys.executable, "-m", "tests.tables"], check=True)
