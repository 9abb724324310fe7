"""The threads of a process that do runs, one run at a time each."""

import threading
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import close_old_connections, connection

from itsm.automation.actions import working

logger = structlog.get_logger(__name__)

AT_ONCE = 6  # with the deliveries beside them they fit into the pool of connections

_guard = threading.Lock()
_busy = 0
# Python waits for these threads when the process ends in good order, so that a deploy lets a step
# finish; whoever kills it sooner leaves a run whose end is unknown, which a person then settles.
_pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="run")


def wake() -> None:
    """See that a thread looks for runs that are due, unless enough of them do."""
    global _busy  # noqa: PLW0603 counted under the guard
    with _guard:
        if _busy >= AT_ONCE:
            return
        _busy += 1
    _pool.submit(_work)


def _work() -> None:
    global _busy  # noqa: PLW0603 counted under the guard
    try:
        close_old_connections()
        working.run_owed(on_each=wake)
    except Exception:
        logger.exception("runs.broken_off")
    finally:
        connection.close()
        with _guard:
            _busy -= 1
