"""A clock that can be set back, so that the actions write history."""

import datetime as real
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.utils import timezone


@contextmanager
def clock_at(instant: real.datetime) -> Iterator[None]:
    """Have ``timezone.now`` answer this instant; for commands of one thread only."""

    class Stopped(real.datetime):
        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> real.datetime:  # type: ignore[override]
            return instant.astimezone(tz)

    with patch.object(timezone, "datetime", Stopped):
        yield
