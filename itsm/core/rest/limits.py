"""How much one user may ask for; counted in each web process, so that it needs nothing else."""

import threading
import time
from typing import Any

from django.conf import settings
from rest_framework.throttling import BaseThrottle

WINDOW = 60  # seconds


class Counter:
    """Counts by name within the present minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Any, int] = {}
        self._window = 0

    def count(self, name: Any) -> int:
        """The number of times this name was counted in this minute, this time included."""
        window = int(time.time()) // WINDOW
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, {}
            self._counts[name] = self._counts.get(name, 0) + 1
            return self._counts[name]

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts = {}


requests = Counter()
failures = Counter()


class PerUser(BaseThrottle):
    """Refuses a user's requests beyond ``API_RATE`` a minute; 0 refuses none."""

    def allow_request(self, request: Any, view: Any) -> bool:
        rate: int = settings.API_RATE
        return not rate or requests.count(request.user.pk) <= rate

    def wait(self) -> float:
        return WINDOW - time.time() % WINDOW
