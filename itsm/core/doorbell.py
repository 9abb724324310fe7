"""Telling other processes that there is something new, without making anybody wait for it.

Nothing depends on a ring: screens poll every two seconds and the sweep pays what is owed. So rings
are sent by one daemon thread per process, at most fifty a second, and a dead broker costs nobody.
"""

import threading
import time
from collections import deque

import redis
import structlog
from django.conf import settings

from itsm.core.tasks import deliver

logger = structlog.get_logger(__name__)

CHANNEL = f"{settings.REDIS_NAMESPACE}:live"
PAUSE = 0.02  # seconds between rings, so that a storm is one ring
BROKEN_PAUSE = 1.0

_wanted = threading.Event()
_rung = threading.Event()
_whispers: deque[str] = deque(maxlen=1000)
_work = threading.Event()
_guard = threading.Lock()
_thread: threading.Thread | None = None


def ring() -> None:
    """Say that new events can be read."""
    if not settings.DOORBELL:
        return
    _rung.set()
    _wanted.set()
    _ensure_thread()


def ring_for_work() -> None:
    """Say that new events can be read and that deliveries are owed."""
    _work.set()
    ring()


def whisper(text: str) -> None:
    """Tell all screens what holds for a moment only and is written nowhere."""
    if settings.DOORBELL:
        _whispers.append(text)
        _wanted.set()
        _ensure_thread()


def _ensure_thread() -> None:
    global _thread  # noqa: PLW0603 one thread per process, started when first needed
    if _thread is not None and _thread.is_alive():
        return
    with _guard:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_send_forever, name="doorbell", daemon=True)
            _thread.start()


def _send_forever() -> None:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, retry_on_timeout=False
    )
    while True:
        _wanted.wait()
        _wanted.clear()
        try:
            while _whispers:
                client.publish(CHANNEL, _whispers.popleft())
            if _rung.is_set():
                _rung.clear()
                client.publish(CHANNEL, b"")
            if _work.is_set():
                _work.clear()
                deliver.apply_async(retry=False)
        except Exception as error:  # the bell is a courtesy: whatever breaks it must not spread
            logger.warning("doorbell.silent", error=repr(error))
            time.sleep(BROKEN_PAUSE)
        time.sleep(PAUSE)
