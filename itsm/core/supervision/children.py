"""Child processes that end with their parent and leave nothing behind."""

import contextlib
import ctypes
import os
import platform
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from pwd import struct_passwd
from typing import Any

IS_LINUX = platform.system() == "Linux"
PR_SET_PDEATHSIG = 1
MARK = "STEADY_SUPERVISED_BY"
LARGEST_LOG = 10 * 1024 * 1024


@dataclass
class Child:
    """A program the supervisor keeps running, and its process while there is one."""

    name: str
    command: Sequence[str | Path]
    log: Path
    pid_file: Path
    environment: Mapping[str, str]
    directory: Path = Path("/")
    owner: struct_passwd | None = None
    keep_open: tuple[int, ...] = ()
    farewell: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Run the program in a session of its own, so that Ctrl-C reaches only the supervisor."""
        self.end_leftover()
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        with _opened(self.log) as log:
            self.process = subprocess.Popen(  # noqa: S603 commands of our own making
                [str(part) for part in self.command],
                cwd=self.directory,
                env={**self.environment, MARK: self._mark},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self.keep_open,
                # Safe here: the supervisor has no other threads.
                preexec_fn=_last_will(  # noqa: PLW1509
                    os.getpid(), signal_number=self.farewell
                ),
                **identity(self.owner),
            )
        self.pid_file.write_text(f"{self.process.pid}\n", encoding="ascii")

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the signal after which the program ends by itself."""
        if self.process is not None and self.is_running():
            self.process.send_signal(self.farewell)

    def wait(self, *, until: float) -> None:
        """Wait for the program to end, and end it by force when the time is over."""
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.0, until - time.monotonic()))
            self.bury()

    def bury(self) -> None:
        """Kill what is left of the program's session, such as the workers of a dead web server."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.pid_file.unlink(missing_ok=True)
        self.process = None

    def end_leftover(self) -> None:
        """End the process of an earlier supervisor that was killed, if it still runs."""
        with contextlib.suppress(FileNotFoundError, ValueError, ProcessLookupError):
            pid = int(self.pid_file.read_text(encoding="ascii"))
            if _carries(pid, self._mark):
                os.kill(pid, self.farewell)
                _wait_for_the_end_of(pid, within=15)
        self.pid_file.unlink(missing_ok=True)

    def last_words(self) -> str:
        """The end of the program's log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-12:])

    @property
    def _mark(self) -> str:
        return str(self.pid_file)


def die_with_parent() -> None:
    """Have the kernel end this process when the one that started it is gone (Linux only)."""
    if os.environ.get(MARK) and IS_LINUX:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_until_ready(child: Child, *, ready: Callable[[], bool], within: float) -> None:
    """Wait until a child does its work; SystemExit with its last words when it does not."""
    deadline = time.monotonic() + within
    while not ready():
        if not child.is_running() or time.monotonic() > deadline:
            raise SystemExit(
                f"{child.name} did not start. {child.log} ends with:\n{child.last_words()}"
            )
        time.sleep(0.02)


def identity(owner: struct_passwd | None) -> dict[str, Any]:
    """What to tell subprocess so that a program runs as this user."""
    if owner is None:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _last_will(parent: int, *, signal_number: signal.Signals) -> Callable[[], None] | None:
    if not IS_LINUX:
        return None
    libc = ctypes.CDLL(None)

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:  # the parent was gone before the line above
            os._exit(1)

    return arrange


def _opened(log: Path) -> Any:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    return log.open("ab")


def _carries(pid: int, mark: str) -> bool:
    """Whether the process was started as this child, and is no stranger that got its number."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        if IS_LINUX:
            return False
        environment = subprocess.run(  # noqa: S603 no input of others
            ["/bin/ps", "eww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
        ).stdout
    return f"{MARK}={mark}".encode() in environment


def _wait_for_the_end_of(pid: int, *, within: float) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        os.kill(pid, 0)  # ProcessLookupError once it is gone
        time.sleep(0.02)
    os.killpg(pid, signal.SIGKILL)
