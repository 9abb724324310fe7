"""The product under test: its web processes, and what they and the database cost in CPU."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import connection
from django.test import Client as Browser

from bench.client import Client
from itsm.people.models import User

TICK = os.sysconf("SC_CLK_TCK")


def session_of(person: str) -> str:
    """The session of somebody who has signed in, as a cookie holds it."""
    browser = Browser()
    browser.force_login(User.objects.get(username=person))
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def cookie_of(person: str) -> str:
    """The header that a browser sends in which somebody has signed in."""
    return f"{settings.SESSION_COOKIE_NAME}={session_of(person)}"


class Server:
    """The web processes, as `make run` starts them."""

    def __init__(self, *, workers: int = 2) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._workers = workers

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "uvicorn", "itsm.asgi:application", "--port"]
        command += [str(self.port), "--workers", str(self._workers), "--log-level", "warning"]
        self._process = subprocess.Popen(
            [*command, "--no-access-log", "--timeout-keep-alive", "600"],
            start_new_session=True,
            env={**os.environ, "BASE_URL": f"http://127.0.0.1:{self.port}"},
        )
        self._wait()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: object, _trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(20)

    def cpu(self) -> float:
        """The CPU seconds that web processes and database have used so far."""
        return sum(_seconds(pid) for pid in [*_family(self._process.pid), *_family(_database())])

    def _wait(self) -> None:
        for _ in range(300):
            try:
                if Client(self.port).call("GET", "/healthz").status == 200:
                    time.sleep(1)  # the other worker starts at the same time
                    return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("The server does not answer.")


class Worker:
    """One worker, as `make run` starts it; what it may start lies in a directory of its own."""

    def __init__(self, runbooks: Path) -> None:
        self._runbooks = runbooks

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "celery", "-A", "itsm", "worker", "--pool", "threads"]
        command += ["--concurrency", "4", "--loglevel", "WARNING"]
        self._process = subprocess.Popen(
            [*command, "--without-mingle", "--without-gossip"],
            start_new_session=True,
            env={**os.environ, "RUNBOOK_DIR": str(self._runbooks)},
        )
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: object, _trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(60)


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _family(int(child)))]


def _database() -> int:
    """The process all others of our database descend from; others may run beside it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1])


def _seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK
