"""Runs the whole product in the foreground: what `make run` ends in."""

import fcntl
import http.client
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from itsm.core.supervision import preparing, programs
from itsm.core.supervision.children import wait_until_ready
from itsm.core.supervision.engines import Postgres, Valkey
from itsm.core.supervision.places import Places
from itsm.core.supervision.supervisor import Supervisor

PORTS_TO_TRY = 50


class Command(BaseCommand):
    help = "Start the engines that are needed, prepare the database, and run web, worker and beat."
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        self._began = time.monotonic()
        places: Places = settings.PLACES
        places.make()
        with _only_one(places) as note:
            supervisor = Supervisor(say=self._say)
            supervisor.listen()
            try:
                listening = _listen()
                self._start_engines(supervisor, places=places)
                port = listening.getsockname()[1]
                self._prepare(places, port=port)
                self._start_programs(supervisor, places=places, listening=listening)
                address = _address_at(port)
                _write(note, text=address)
                self._greet(address)
                supervisor.run()
            except KeyboardInterrupt:
                self._say("Stopping.")
            finally:
                began = time.monotonic()
                supervisor.stop()
                self._say(f"Stopped in {time.monotonic() - began:.1f} s.")

    def _start_engines(self, supervisor: Supervisor, *, places: Places) -> None:
        if settings.HAS_OWN_POSTGRES:
            postgres = Postgres(places)
            supervisor.watch(postgres.child, restart=postgres.start)
            postgres.start()
        if settings.HAS_OWN_VALKEY:
            valkey = Valkey(places)
            supervisor.watch(valkey.child, restart=valkey.start)
            valkey.start()

    def _prepare(self, places: Places, *, port: int) -> None:
        preparing.prepare(places)
        if preparing.demo_is_wanted():
            programs.run_command("demo", port=port)
        connections.close_all()

    def _start_programs(
        self, supervisor: Supervisor, *, places: Places, listening: socket.socket
    ) -> None:
        port = listening.getsockname()[1]
        environment = programs.program_environment(port=port)
        web = programs.web(
            places, listening=listening, workers=settings.WEB_CONCURRENCY, environment=environment
        )
        # One after the other: people wait for pages, and all at once would compete for the cores.
        supervisor.watch(web)
        web.start()
        wait_until_ready(web, ready=lambda: _answers(settings.HOST, port=port), within=60)
        threads = settings.WORKER_CONCURRENCY
        for child in (
            programs.worker(places, threads=threads, environment=environment),
            programs.beat(places, environment=environment),
        ):
            supervisor.watch(child)
            child.start()

    def _greet(self, address: str) -> None:
        self._say(f"Steady is ready: {address}/")
        if settings.DEMO:
            self._say("Sign in as dana (admin), alice, bob or erin (agents), charlie or frank")
            self._say(f"(end users), all with the password {settings.DEMO_PASSWORD}")
        self._say(f"Logs are in {settings.PLACES.logs}. Ctrl-C stops everything.")

    def _say(self, text: str) -> None:
        self.stdout.write(f"[{time.monotonic() - self._began:6.1f} s] {text}")
        self.stdout.flush()


@contextmanager
def _only_one(places: Places) -> Iterator[IO[str]]:
    """Hold the lock of this data directory, which ends with the process however it ends."""
    with (places.run / "up.lock").open("a+", encoding="utf-8") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            note.seek(0)
            where = note.read().strip() or "it is still starting"
            raise CommandError(f"Steady already runs with {places.data}: {where}") from None
        _write(note, text="")
        yield note


def _listen() -> socket.socket:
    # A port somebody chose is kept to; the usual one may be another checkout's.
    tries = 1 if os.environ.get("PORT") else PORTS_TO_TRY
    return programs.listening_socket(settings.HOST, port=settings.PORT, tries=tries)


def _address_at(port: int) -> str:
    """Where people reach it: BASE_URL, unless that followed from a port that was taken."""
    usual = f":{settings.PORT}"
    base: str = settings.BASE_URL
    return base.removesuffix(usual) + f":{port}" if base.endswith(usual) else base


def _write(note: IO[str], *, text: str) -> None:
    note.seek(0)
    note.truncate()
    note.write(text)
    note.flush()


def _answers(host: str, *, port: int) -> bool:
    """Whether the web server answers a real request."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 asked, not bound
    client = http.client.HTTPConnection(everywhere.get(host, host), port, timeout=5)
    try:
        client.request("GET", "/healthz")
        return client.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()
