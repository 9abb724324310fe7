"""The threads that run the lanes: one for each, so that a dead target holds up no other."""

import threading

import structlog
from django.conf import settings
from django.db import connection

from itsm.notifications.actions.calling import due_hooks, run_hook
from itsm.notifications.actions.posting import due_lanes
from itsm.notifications.actions.posting import run_lane as run_letters

logger = structlog.get_logger(__name__)

_guard = threading.Lock()
_running: dict[str, threading.Thread] = {}


def wake() -> None:
    """Have every lane with something due run; returns at once.

    Where no doorbell rings, as in tests, the lanes are run here and now instead.
    """
    for name in (*due_lanes(), *due_hooks()):
        if settings.DOORBELL:
            _start(name)
        else:
            run_lane(name)


def run_lane(name: str) -> int:
    """Send what is due in a lane; how much that was."""
    return run_hook(name) if name.startswith("hook-") else run_letters(name)


def _start(name: str) -> None:
    with _guard:
        thread = _running.get(name)
        if thread is None or not thread.is_alive():
            thread = threading.Thread(target=_run, args=(name,), name=f"lane-{name}", daemon=True)
            _running[name] = thread
            thread.start()


def _run(name: str) -> None:
    try:
        run_lane(name)
    except Exception as error:  # the database may be away; the chore starts the lane again
        logger.warning("lane.broken", lane=name, error=repr(error))
    finally:
        # With the session end the lane's lock and whatever a failure left behind.
        connection.close()
