"""Runs a command beside throw-away engines: what `make test` does."""

import os
import shutil
import subprocess
import tempfile
from argparse import REMAINDER, ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from itsm.core.supervision.engines import Postgres, Valkey
from itsm.core.supervision.places import places
from itsm.core.supervision.supervisor import Supervisor


class Command(BaseCommand):
    help = "Start PostgreSQL and Valkey in a temporary directory, run a command, stop them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fast", action="store_true", help="do not wait for the disk")
        parser.add_argument("--sets", type=int, default=1, help="one more for each process beside")
        parser.add_argument("program", nargs=REMAINDER, help="-- the command and its arguments")

    def handle(self, *_: Any, fast: bool, sets: int, program: list[str], **__: Any) -> None:
        words = program[1:] if program[:1] == ["--"] else program
        if not words:
            raise CommandError("Say which command to run: with_engines -- pytest")
        directory = Path(tempfile.mkdtemp(prefix="steady-"))
        directory.chmod(0o755)  # PostgreSQL may run as another user and must get in
        supervisor = Supervisor(say=self.stderr.write)
        supervisor.listen()
        try:
            environment = dict(os.environ)
            for place in range(max(sets, 1)):
                # The first is everybody's; process N of a parallel run asks for set N.
                suffix = f"_{place}" if place else ""
                database, valkey = self._start(supervisor, directory / str(place), fast=fast)
                environment |= {f"DATABASE_URL{suffix}": database, f"REDIS_URL{suffix}": valkey}
            code = subprocess.call(words, env=environment)  # noqa: S603 as typed by the caller
        except KeyboardInterrupt:
            code = 130
        finally:
            supervisor.stop()
            shutil.rmtree(directory, ignore_errors=True)
        raise SystemExit(code)

    def _start(self, supervisor: Supervisor, directory: Path, *, fast: bool) -> tuple[str, str]:
        """Start a pair of engines; their addresses."""
        directory.mkdir()
        directory.chmod(0o755)
        where = places(directory / "data")
        where.make()
        postgres, valkey = Postgres(where, fast=fast), Valkey(where)
        for engine in (postgres, valkey):
            supervisor.watch(engine.child, restart=engine.start)
            engine.start()
        return where.database_url, where.redis_url
