"""A clock that can be set back, so that the actions write history."""

import datetime as real
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone


@contextmanager
def clock_at(instant: real.datetime) -> Iterator[None]:
    """Have ``timezone.now`` answer this instant; for commands of one thread only."""

    class Stopped(real.datetime):
        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> real.datetime:  # type: ignore[override]
            return instant.astimezone(tz)

    before = timezone.datetime
    timezone.datetime = Stopped  # type: ignore[misc]
    try:
        yield
    finally:
        timezone.datetime = before  # type: ignore[misc]
