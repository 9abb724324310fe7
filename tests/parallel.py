"""What each process of a parallel run has for itself, and what one of them does for all.

Each has engines of its own: the transactions of one would hold back what another waits for, as what
reads only what every transaction is done with, such as the live line and the seals, looks at a
whole PostgreSQL. Loaded with `-p`, before the settings are read.
"""

import fcntl
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
for name in ("DATABASE_URL", "REDIS_URL"):
    if own := os.environ.get(f"{name}_{worker}"):
        os.environ[name] = own


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Let the first process compile the tests; the others then find them compiled."""
    with Path(__file__).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(lock, fcntl.LOCK_SH)
            fcntl.flock(lock, fcntl.LOCK_UN)
        return (yield)
