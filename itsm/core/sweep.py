"""The loop that needs neither beat nor broker: in every process, what is due is found and done.

Only one process sweeps at a time (an advisory lock); when it dies, the next one takes over. The web
processes, where people wait, only stand by while a worker is heard of.
"""

import threading
from datetime import timedelta
from functools import partial

import structlog
from django.db import close_old_connections, connection

from itsm.core import chores, delivery, heartbeats

logger = structlog.get_logger(__name__)

PAUSE = 5.0  # seconds
SILENCE = timedelta(seconds=15)  # after three missed rounds nobody counts on a worker any more
LOCK = 7_311_001  # any number that no other advisory lock of ours uses

_guard = threading.Lock()
_thread: threading.Thread | None = None
_stop = threading.Event()


def start(*, stands_by: bool = False) -> None:
    """Sweep in the background of this process until it ends; ``stands_by`` as in ``sweep_once``."""
    global _thread  # noqa: PLW0603 one sweeper per process, however often it is asked for
    with _guard:
        if _thread is None or not _thread.is_alive():
            _stop.clear()
            sweep = partial(_sweep_forever, stands_by=stands_by)
            _thread = threading.Thread(target=sweep, name="sweep", daemon=True)
            _thread.start()


def stop() -> None:
    """End the sweep of this process after its present round."""
    _stop.set()


def sweep_once(*, stands_by: bool = False) -> bool:
    """Do what is due unless another process is at it; whether this one did.

    Who ``stands_by`` leaves the work to the workers as long as one is heard of.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return False
    try:
        heartbeats.beat("sweep")
        delivery.release_orphans()
        if not (stands_by and heartbeats.is_alive("worker", within=SILENCE)):
            delivery.deliver_owed()
            chores.run_due()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return True


def _sweep_forever(*, stands_by: bool) -> None:
    while not _stop.wait(PAUSE):
        try:
            sweep_once(stands_by=stands_by)
        except Exception as error:  # the database may be away for a while; the next round tries
            logger.warning("sweep.failed", error=repr(error))
        finally:
            # Also gives the pooled connection back, and with it any lock a failure left behind.
            connection.close()
            close_old_connections()
