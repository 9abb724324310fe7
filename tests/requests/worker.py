"""Workers that are killed: each is a fork of one process that has loaded everything once."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

# Longer than a claim or a call of somebody dead is waited for.
LATER = timedelta(minutes=6)


class Workers:
    """Starts one worker after the other, each a while later than the one before."""

    def __init__(self, process: "subprocess.Popen[str]", directory: Path) -> None:
        self._process = process
        self.directory = directory
        self.ahead = timedelta(0)
        self.pid = 0

    def work(self, *, until: int | None = None, after: str = "") -> int:
        """Let a worker work; how it ended.

        It is killed before the move that follows so many settled steps, or, just as it hears what
        came of it, after a step of this executor.
        """
        assert self._process.stdin is not None
        self.ahead, self.pid = self.ahead + LATER, 0
        wanted = {"ahead": self.ahead.total_seconds(), "until": until, "after": after}
        print(json.dumps(wanted), file=self._process.stdin, flush=True)
        self.pid = int(self._said())
        return int(self._said())

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def workers(directory: Path) -> Iterator[Workers]:
    """Workers on the test database, whose runbooks are in this directory."""
    from tests.runbooks.test_crashes import environment  # noqa: PLC0415 needs Django

    told = environment(directory) | {"ALLOWED_OUTBOUND": "127.0.0.1"}
    command = [sys.executable, "-m", "tests.requests.worker"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=told, stdin=pipe, stdout=pipe, text=True) as process:
        yield Workers(process, directory)
        assert process.stdin is not None
        process.stdin.close()


def _serve() -> None:
    import django  # noqa: PLC0415 only the process of the workers has no Django yet

    django.setup()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _work(**json.loads(line))
            os._exit(0)
        _say(pid)
        _say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _work(*, ahead: float, until: int | None, after: str) -> None:
    import time_machine  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from itsm.automation.actions import working  # noqa: PLC0415
    from itsm.core.delivery import deliver_owed, release_orphans  # noqa: PLC0415
    from requests import chores, selectors  # noqa: PLC0415

    settings.DOORBELL = False
    _arm(until, after)
    with time_machine.travel(timezone.now() + timedelta(seconds=ahead), tick=True):
        is_busy = True
        while is_busy:
            release_orphans()
            chores.end_leases()
            owed = deliver_owed() + working.run_owed()
            is_busy = bool(owed) or selectors.to_look_at(timezone.now()).exists()
            chores.go_on()


def _arm(until: int | None, after: str) -> None:
    """Have this worker killed where it is wanted."""
    from itsm.automation.executors import executors  # noqa: PLC0415
    from requests.actions import fulfilling  # noqa: PLC0415
    from requests.models import Step  # noqa: PLC0415

    move, settled = fulfilling.move, Step.objects.filter(state__in=("done", "failed"))

    def die_or_move(*, pk: int) -> Any:
        if settled.count() == until:
            os.kill(os.getpid(), signal.SIGKILL)
        return move(pk=pk)

    fulfilling.move = die_or_move
    if after:
        run = executors[after].run

        def run_and_die(*given: Any) -> Any:
            run(*given)
            os.kill(os.getpid(), signal.SIGKILL)

        executors[after].run = run_and_die  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    _serve()
