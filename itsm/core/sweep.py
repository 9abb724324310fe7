"""The loop that needs neither beat nor broker: in every process, what is due is found and done.

Only one process sweeps at a time (an advisory lock); when it dies, the next one takes over.
"""

import threading

import structlog
from django.db import close_old_connections, connection

from itsm.core import chores, delivery, heartbeats

logger = structlog.get_logger(__name__)

PAUSE = 5.0  # seconds
LOCK = 7_311_001  # any number that no other advisory lock of ours uses

_guard = threading.Lock()
_thread: threading.Thread | None = None
_stop = threading.Event()


def start() -> None:
    """Sweep in the background of this process until it ends."""
    global _thread  # noqa: PLW0603 one sweeper per process, however often it is asked for
    with _guard:
        if _thread is None or not _thread.is_alive():
            _stop.clear()
            _thread = threading.Thread(target=_sweep_forever, name="sweep", daemon=True)
            _thread.start()


def stop() -> None:
    """End the sweep of this process after its present round."""
    _stop.set()


def sweep_once() -> bool:
    """Do what is due unless another process is at it; whether this one did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return False
    try:
        heartbeats.beat("sweep")
        delivery.release_orphans()
        delivery.deliver_owed()
        chores.run_due()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return True


def _sweep_forever() -> None:
    while not _stop.wait(PAUSE):
        try:
            sweep_once()
        except Exception as error:  # the database may be away for a while; the next round tries
            logger.warning("sweep.failed", error=repr(error))
        finally:
            # Also gives the pooled connection back, and with it any lock a failure left behind.
            connection.close()
            close_old_connections()
