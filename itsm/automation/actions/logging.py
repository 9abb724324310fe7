"""What runs say as they go: rows of their own, gathered a little, never a secret among them."""

import time
from collections.abc import Sequence

from django.utils import timezone

from itsm.automation.masking import Mask
from itsm.automation.models import RunLine
from itsm.core import doorbell

LONGEST = 2000
MOST_LINES = 20_000
GATHERED = 50
PAUSE = 0.2  # seconds a line may wait for the next


def say_of(run_id: int, texts: Sequence[str]) -> None:
    """Put lines in the log of a run, and tell the screens that show it."""
    now = timezone.now()
    RunLine.objects.bulk_create(
        RunLine(run_id=run_id, text=each.replace("\x00", "�")[:LONGEST], said_at=now)
        for each in texts
    )
    doorbell.whisper(f"run {run_id}")


class Voice:
    """Says the lines of a step: masked, gathered, and no more of them than anybody reads."""

    def __init__(self, run_id: int, mask: Mask) -> None:
        self._run_id = run_id
        self._mask = mask
        self._lines: list[str] = []
        self._count = 0
        self._flushed_at = time.monotonic()

    def __call__(self, text: str) -> None:
        for line in self._mask(text).splitlines() or [""]:
            self._count += 1
            if self._count <= MOST_LINES:
                self._lines.append(line)
            elif self._count == MOST_LINES + 1:
                self._lines.append("…")
        if len(self._lines) >= GATHERED:
            self.flush()
        self.flush_in_time()

    def flush_in_time(self) -> None:
        """Write what has waited long enough; asked now and then, for who falls silent."""
        if self._lines and time.monotonic() - self._flushed_at > PAUSE:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered."""
        lines, self._lines = self._lines, []
        self._flushed_at = time.monotonic()
        if lines:
            say_of(self._run_id, lines)
