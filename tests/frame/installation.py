"""A whole installation in a directory of its own, run as people run it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.loopback import PLAIN

ROOT = Path(__file__).parents[2]
PARTS = ("postgres", "valkey", "web", "worker", "beat")
# What the tests themselves run with must not leak into the installation.
OURS = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "HOST", "PORT", "BASE_URL", "DEMO"),
    "PYTHONDONTWRITEBYTECODE",
)
# Runs one script after the other, each a line; starting anew for each would take a second or two.
INSIDE = """
import json, sys, traceback
from django.db import connections
for line in sys.stdin:
    connections.close_all()
    try:
        exec(json.loads(line), {"json": json})
    except Exception:
        print(json.dumps({"failed": traceback.format_exc()}))
    sys.stdout.flush()
"""


class Installation:
    """One data directory, and the supervisor that may run on it."""

    def __init__(self, directory: Path, **variables: str) -> None:
        self.data = directory / "data"
        self.output = directory / "output.txt"
        inherited = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environment = inherited | {"DATA_DIR": str(self.data), "DEMO": "0"} | variables
        self.supervisor: subprocess.Popen[bytes] | None = None
        self._inside: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Run `up` until it says where it answers."""
        with self.output.open("wb") as output:
            self.supervisor = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_until(lambda: "Ctrl-C stops" in self.said() or self.has_ended(), within=180)
        assert not self.has_ended(), self.said()

    def stop(self) -> float:
        """End the supervisor as Ctrl-C does; how many seconds that took."""
        began = time.monotonic()
        if self.supervisor is not None and not self.has_ended():
            self.supervisor.send_signal(signal.SIGINT)
            self.supervisor.wait(30)
        return time.monotonic() - began

    def said(self) -> str:
        return self.output.read_text() if self.output.exists() else ""

    def has_ended(self) -> bool:
        return self.supervisor is None or self.supervisor.poll() is not None

    @property
    def address(self) -> str:
        found = re.search(r"ready: (http\S+)/", self.said())
        assert found, self.said()
        return found[1]

    def ask(self, script: str) -> Any:
        """What a script prints, as JSON, that runs inside."""
        if self._inside is None:
            self._inside = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "--no-imports", "-c", INSIDE],
                cwd=ROOT, env=self.environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        assert self._inside.stdin is not None
        assert self._inside.stdout is not None
        print(json.dumps(script), file=self._inside.stdin, flush=True)
        answer = json.loads(self._inside.stdout.readline())
        assert not isinstance(answer, dict) or "failed" not in answer, answer["failed"]
        return answer

    def pid_of(self, part: str) -> int:
        path = self.data / "run" / f"{part}.pid"
        return int(path.read_text()) if path.exists() else 0

    def processes(self) -> set[int]:
        """Every process that was started for this installation, and still runs."""
        found = set()
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                environment = path.read_bytes()
            except OSError:
                continue
            if str(self.data).encode() in environment and path.parent.name != str(os.getpid()):
                found.add(int(path.parent.name))
        return found

    def kill(self, part: str) -> int:
        """Kill a part without warning; the number it had."""
        pid = self.pid_of(part)
        os.kill(pid, signal.SIGKILL)
        return pid

    def is_back(self, part: str, *, instead_of: int) -> bool:
        return self.pid_of(part) not in (0, instead_of)

    def is_ready(self) -> bool:
        """Whether every part is well, the worker and beat heard from."""
        try:
            answer = httpx.get(f"{self.address}/readyz", timeout=10, verify=PLAIN)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200 and answer.json()["status"] == "ready"


def wait_until(true: Callable[[], object], *, within: float) -> None:
    """Wait for something to come true; AssertionError when it does not."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "It did not come true in time."
        time.sleep(0.1)
