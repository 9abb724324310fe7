"""Takes the incidents of another tool in."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from incidents.actions.importing import import_history
from incidents.history.layout import layout_named
from incidents.history.lives import Log, folded, summary_of
from incidents.history.rows import rows_in
from itsm.core.errors import Refused
from itsm.people.selectors import user_named

WIDTH = 30
MOST_TOLD = 20
MOST_NAMED = 10


class Command(BaseCommand):
    """Reads a log as a layout says, tells what it comes to, and keeps it unless only asked."""

    help = "Take the incidents of another tool in as history: events with their own times."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("layout", help="servicenow, volvo, or a YAML file of your own")
        parser.add_argument("file", type=Path, help="the log: CSV, plain or packed with gzip")
        parser.add_argument("--as", dest="username", required=True, help="an administrator")
        parser.add_argument("--dry-run", action="store_true", help="only say what it comes to")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            self._take_in(options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _take_in(self, options: dict[str, Any]) -> None:
        actor, layout, file = (
            user_named(options["username"]),
            layout_named(options["layout"]),
            options["file"],
        )
        log = folded(rows_in(file, layout))
        self._tell(log)
        if options["dry_run"]:
            self.stdout.write("Nothing was written.")
            return
        bar = Bar(log.events)
        began = time.monotonic()
        done = import_history(
            log=log, layout=layout, file=file.name, actor=actor, progress=bar.show
        )
        took = max(time.monotonic() - began, 0.001)
        self.stdout.write(
            f"{done.events:,} events of {done.incidents:,} incidents were written in {took:.1f} s,"
            f" {done.events / took:,.0f} a second; {done.known:,} incidents were known already."
        )

    def _tell(self, log: Log) -> None:
        told = summary_of(log)
        mean = told.mean_to_resolve
        self.stdout.write(
            f"{log.rows:,} rows: {log.events:,} events of {told.incidents:,} incidents,"
            f" {len(log.aside):,} rows aside."
        )
        for each in log.aside[:MOST_TOLD]:
            self.stdout.write(f"  row {each.line}: {each.why}")
        if len(log.aside) > MOST_TOLD:
            self.stdout.write(f"  and {len(log.aside) - MOST_TOLD:,} more")
        if told.begins and told.ends:
            self.stdout.write(f"From {told.begins:%Y-%m-%d} to {told.ends:%Y-%m-%d}.")
        events = (f"{name} {count:,}" for name, count in sorted(told.events.items()))
        self.stdout.write(f"Events: {', '.join(events) or 'none'}.")
        teams = ", ".join(told.teams[:MOST_NAMED])
        more = ", …" if len(told.teams) > MOST_NAMED else ""
        self.stdout.write(f"Teams: {len(told.teams)}{' (' + teams + more + ')' if teams else ''}.")
        self.stdout.write(
            f"Mean time to resolve {mean.total_seconds() / 3600 if mean else 0:.2f} h,"
            f" {told.reassignments:,} reassignments, {told.reopened:,} reopened,"
            f" {told.open:,} open at the end."
        )


class Bar:
    """How far it is, on one line of a terminal, or a line every tenth elsewhere."""

    def __init__(self, total: int) -> None:
        self.total = max(total, 1)
        self.began = time.monotonic()
        self.told = 0
        self.is_live = sys.stderr.isatty()

    def show(self, done: int) -> None:
        """Say that so many events are done."""
        share = min(done / self.total, 1)
        took = time.monotonic() - self.began
        left = took / share - took if share else 0
        full = round(WIDTH * share)
        line = (
            f"[{'#' * full}{'.' * (WIDTH - full)}] {share:4.0%} {done:,} of {self.total:,} events,"
            f" {left:.0f} s left"
        )
        tenth = int(share * 10)
        if self.is_live:
            sys.stderr.write(f"\r{line}" + ("\n" if share == 1 else ""))
        elif tenth > self.told:
            sys.stderr.write(f"{line}\n")
        self.told = tenth
        sys.stderr.flush()
