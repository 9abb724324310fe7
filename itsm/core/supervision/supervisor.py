"""Keeps children running until it is told to stop, then ends them in order."""

import gc
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from itsm.core.supervision.children import Child

LOOK = 0.2  # seconds between two looks
SHORTEST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
STEADY_AFTER = 30.0  # seconds of running after which the next failure counts as the first
GRACE = 7.0  # seconds for servers and workers to finish what they are doing


@dataclass
class Watched:
    """A child with what its past says about how long to wait before starting it again."""

    child: Child
    restart: Callable[[], None]
    pause: float = SHORTEST_PAUSE
    started_at: float = field(default_factory=time.monotonic)
    due_at: float | None = None


class Supervisor:
    """The children in the order they were started; later ones need earlier ones."""

    def __init__(self, *, say: Callable[[str], None]) -> None:
        self._say = say
        self._watched: list[Watched] = []
        self._told_to_stop = False

    def listen(self) -> None:
        """From now on every signal to end interrupts, as Ctrl-C does."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)

    def watch(self, child: Child, *, restart: Callable[[], None] | None = None) -> None:
        """Keep a child that has been started running."""
        self._watched.append(Watched(child, restart or child.start))

    def run(self) -> None:
        """Start again whatever ends, until a signal interrupts."""
        gc.enable()
        while True:
            for watched in self._watched:
                self._look_after(watched)
            time.sleep(LOOK)

    def stop(self) -> None:
        """End the children, those who need others first."""
        programs = [each.child for each in self._watched if each.child.name not in ENGINES]
        engines = [each.child for each in self._watched if each.child.name in ENGINES]
        _end(programs, within=GRACE)
        _end(list(reversed(engines)), within=GRACE)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        if not self._told_to_stop:  # a second Ctrl-C must not interrupt the stopping
            self._told_to_stop = True
            raise KeyboardInterrupt

    def _look_after(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.child.is_running():
            return
        if watched.due_at is None:
            watched.child.bury()
            if now - watched.started_at > STEADY_AFTER:
                watched.pause = SHORTEST_PAUSE
            self._say(f"{watched.child.name} ended; it is started again. See {watched.child.log}.")
            watched.due_at = now + watched.pause
            watched.pause = min(watched.pause * 2, LONGEST_PAUSE)
        elif now >= watched.due_at:
            watched.due_at = None
            watched.started_at = now
            self._try(watched)

    def _try(self, watched: Watched) -> None:
        try:
            watched.restart()
        except (OSError, SystemExit) as error:
            self._say(str(error))


ENGINES = ("postgres", "valkey")


def _end(children: Sequence[Child], *, within: float) -> None:
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + within
    for child in children:
        child.wait(until=deadline)
