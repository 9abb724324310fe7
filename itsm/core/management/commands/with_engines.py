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
        parser.add_argument("program", nargs=REMAINDER, help="-- the command and its arguments")

    def handle(self, *_: Any, fast: bool, program: list[str], **__: Any) -> None:
        words = program[1:] if program[:1] == ["--"] else program
        if not words:
            raise CommandError("Say which command to run: with_engines -- pytest")
        directory = Path(tempfile.mkdtemp(prefix="steady-"))
        supervisor = Supervisor(say=self.stderr.write)
        supervisor.listen()
        try:
            environment = self._start(supervisor, directory, fast=fast)
            code = subprocess.call(words, env=environment)  # noqa: S603 as typed by the caller
        except KeyboardInterrupt:
            code = 130
        finally:
            supervisor.stop()
            shutil.rmtree(directory, ignore_errors=True)
        raise SystemExit(code)

    def _start(self, supervisor: Supervisor, directory: Path, *, fast: bool) -> dict[str, str]:
        directory.chmod(0o755)
        where = places(directory / "data")
        where.make()
        postgres, valkey = Postgres(where, fast=fast), Valkey(where)
        for engine in (postgres, valkey):
            supervisor.watch(engine.child, restart=engine.start)
            engine.start()
        return {**os.environ, "DATABASE_URL": where.database_url, "REDIS_URL": where.redis_url}
