"""How often somebody may try a password: counted for account and source together, and by source.

Never by account alone, so that strangers cannot lock anybody out. The counts live in the cache.
"""

import hashlib

from django.core.cache import cache

WINDOW = 15 * 60
MOST_OF_ACCOUNT_AND_SOURCE = 8
MOST_OF_SOURCE = 60


def is_over_limit(*, account: str, source: str) -> bool:
    """Whether too many attempts failed lately."""
    by_both, by_source = _keys(account, source)
    counts = cache.get_many([by_both, by_source])
    return bool(
        counts.get(by_both, 0) >= MOST_OF_ACCOUNT_AND_SOURCE
        or counts.get(by_source, 0) >= MOST_OF_SOURCE
    )


def count_failure(*, account: str, source: str) -> None:
    """Remember a failed attempt for a quarter of an hour."""
    for key in _keys(account, source):
        if not cache.add(key, 1, WINDOW):
            try:
                cache.incr(key)
            except ValueError:
                cache.set(key, 1, WINDOW)


def forget(*, account: str, source: str) -> None:
    """Start counting anew after a success, for this account from this source."""
    cache.delete(_keys(account, source)[0])


def _keys(account: str, source: str) -> tuple[str, str]:
    # Hashed, because what was typed as a user name may be a password and of any length.
    both = hashlib.sha256(f"{account.casefold()}|{source}".encode()).hexdigest()
    alone = hashlib.sha256(source.encode()).hexdigest()
    return f"sign-in:both:{both}", f"sign-in:source:{alone}"
