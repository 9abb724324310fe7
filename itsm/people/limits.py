"""How often somebody may try to get in, counted on every path that takes a secret.

Counted for account and source together, for the source, and for the account from browsers that
never signed in to it. A browser that did is counted by itself, so that strangers cannot lock its
owner out. The counts live in the cache, and in each process for when the cache is away.
"""

import hashlib
import threading
import time
from dataclasses import dataclass

from django.core.cache import cache

WINDOW = 15 * 60
MOST_REMEMBERED = 20_000


@dataclass(frozen=True)
class Limit:
    """How many attempts there may be in a quarter of an hour; 0 is any number."""

    name: str
    of_account_and_source: int
    of_source: int
    of_account: int = 0


PASSWORD = Limit("sign-in", of_account_and_source=8, of_source=60, of_account=100)
FACTOR = Limit("factor", of_account_and_source=8, of_source=60, of_account=40)
RESET = Limit("reset", of_account_and_source=4, of_source=20)
RESET_LINK = Limit("reset-link", of_account_and_source=20, of_source=20)


@dataclass(frozen=True)
class Attempt:
    """Somebody trying: at which account, from where, and whether that browser is known there."""

    limit: Limit
    account: str
    source: str
    is_known: bool = False

    def is_too_many(self) -> bool:
        """Count this attempt, before it is judged, and tell whether it is beyond the limit."""
        counts = [(_counted(key), most) for key, most in self._bounds()]
        return any(count > most for count, most in counts)

    def forget(self) -> None:
        """Take it back after a success, so that only failures count."""
        for place, (key, _most) in enumerate(self._bounds()):
            if place == 0:
                cache.delete(key)
                _here.forget(key)
            else:
                _taken_back(key)

    def _bounds(self) -> list[tuple[str, int]]:
        limit, account = self.limit, self.account.casefold()
        bounds = [(self._key("both", account, self.source), limit.of_account_and_source)]
        bounds.append((self._key("source", self.source), limit.of_source))
        # Who names no account yet, as with a passkey alone, must not lock everybody out together.
        if limit.of_account and account and not self.is_known:
            bounds.append((self._key("account", account), limit.of_account))
        return bounds

    def _key(self, *facts: str) -> str:
        # Hashed, because what was typed as a user name may be a password and of any length.
        digest = hashlib.sha256("|".join(facts).encode("utf-8", "replace")).hexdigest()
        return f"limit:{self.limit.name}:{digest}"


class _Memory:
    """Counts in this process, each forgotten when its quarter of an hour is over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}

    def count(self, key: str) -> int:
        now = time.monotonic()
        with self._lock:
            if len(self._counts) >= MOST_REMEMBERED:
                self._counts = {k: v for k, v in self._counts.items() if v[1] > now}
                if len(self._counts) >= MOST_REMEMBERED:
                    self._counts.clear()
            count, ends_at = self._counts.get(key, (0, now + WINDOW))
            if ends_at <= now:
                count, ends_at = 0, now + WINDOW
            self._counts[key] = (count + 1, ends_at)
            return count + 1

    def take_back(self, key: str) -> None:
        with self._lock:
            count, ends_at = self._counts.get(key, (0, 0.0))
            if count:
                self._counts[key] = (count - 1, ends_at)

    def forget(self, key: str) -> None:
        with self._lock:
            self._counts.pop(key, None)

    def forget_all(self) -> None:
        with self._lock:
            self._counts.clear()


_here = _Memory()


def forget_all() -> None:
    """Begin anew, everywhere."""
    _here.forget_all()
    cache.clear()


def _counted(key: str) -> int:
    here = _here.count(key)
    if cache.add(key, 1, WINDOW):
        return here if _is_cache_away(key) else 1
    try:
        return int(cache.incr(key))
    except ValueError:  # its time ended in between
        cache.set(key, 1, WINDOW)
        return 1


def _is_cache_away(key: str) -> bool:
    # A cache that is away takes everything and gives nothing back.
    return cache.get(key) is None


def _taken_back(key: str) -> None:
    _here.take_back(key)
    try:
        cache.decr(key)
    except ValueError:
        return
