"""Starting a program for a run, and following it to its end: no shell, no secrets on its line."""

import os
import pwd
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from itsm.automation.executors import Say, Work

LOOK = 0.5  # seconds between looks whether it is to stop
GRACE = 5.0  # seconds from the polite signal to the other
LONGEST_LINE = 64 * 1024


@dataclass(frozen=True)
class Ended:
    """How a program ended; ``why`` says it in words where that was not well."""

    code: int
    why: str = ""


def environment_of(work: Work) -> dict[str, str]:
    """A clean environment with the step's secrets, and nothing of our own process."""
    return {
        "PATH": os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin"),
        "LANG": "C.UTF-8",
        "HOME": "/nonexistent",
        "STEADY_RUN": str(work.run),
        "STEADY_KEY": work.key,
        **work.secrets,
    }


def follow(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    given: bytes = b"",
    within: timedelta,
    is_stopped: Callable[[], bool],
    say: Say,
    directory: str = "/",
) -> Ended:
    """Start a program in a group of its own, pass on what it says, and end it when it is time."""
    process = subprocess.Popen(  # noqa: S603 a list, of which nothing is what a run was told
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        cwd=directory,
        start_new_session=True,
        **identity(),
    )
    with process:
        why = _follow(process, given, time.monotonic() + within.total_seconds(), is_stopped, say)
        if why:
            _end(process)
        code = process.wait()
        _sweep(process)
    if why:
        return Ended(code or -1, why)
    return Ended(code, "" if code == 0 else _("It ended with code %(code)d.") % {"code": code})


def identity() -> dict[str, Any]:
    """As whom programs run, where we are free to choose."""
    if not settings.RUNBOOK_USER or os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(settings.RUNBOOK_USER)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _follow(
    process: subprocess.Popen[bytes],
    given: bytes,
    deadline: float,
    is_stopped: Callable[[], bool],
    say: Say,
) -> str:
    """Pass on what it says until it closes its output; why it has to be ended, if so."""
    assert process.stdin is not None  # noqa: S101 asked for above
    assert process.stdout is not None  # noqa: S101 asked for above
    rest, unsent = b"", memoryview(given)
    os.set_blocking(process.stdin.fileno(), False)
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        waiting.register(process.stdin, selectors.EVENT_WRITE)
        while True:
            for key, _mask in waiting.select(LOOK):
                if key.fileobj is process.stdin:
                    unsent = _feed(process, unsent)
                    if not unsent:
                        waiting.unregister(process.stdin)
                        process.stdin.close()
                    continue
                chunk = os.read(process.stdout.fileno(), LONGEST_LINE)
                rest = _speak(rest + chunk, say, is_last=not chunk)
                if not chunk:
                    return _wait(process, deadline, is_stopped)
            if why := _reason_to_end(deadline, is_stopped):
                return why


def _wait(process: subprocess.Popen[bytes], deadline: float, is_stopped: Callable[[], bool]) -> str:
    """Wait for a program that has said its last word; why it has to be ended, if so."""
    while process.poll() is None:
        if why := _reason_to_end(deadline, is_stopped):
            return why
        time.sleep(0.01)
    return ""


def _reason_to_end(deadline: float, is_stopped: Callable[[], bool]) -> str:
    if is_stopped():
        return _("It was stopped.")
    return _("It took too long.") if time.monotonic() > deadline else ""


def _feed(process: subprocess.Popen[bytes], unsent: memoryview) -> memoryview:
    assert process.stdin is not None  # noqa: S101 asked for above
    try:
        return unsent[os.write(process.stdin.fileno(), unsent[:4096]) :]
    except BlockingIOError:
        return unsent
    except BrokenPipeError:  # it does not want to know
        return unsent[:0]


def _speak(heard: bytes, say: Say, *, is_last: bool) -> bytes:
    """Say the whole lines; what is left of the last one."""
    *lines, rest = heard.split(b"\n")
    if is_last or len(rest) > LONGEST_LINE:
        lines, rest = [*lines, *([rest] if rest else [])], b""
    for line in lines:
        say(line.decode(errors="replace").rstrip("\r"))
    return rest


def _end(process: subprocess.Popen[bytes]) -> None:
    _signal(process, signal.SIGTERM)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGKILL)


def _sweep(process: subprocess.Popen[bytes]) -> None:
    """End whatever it has left behind in its group."""
    _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return
