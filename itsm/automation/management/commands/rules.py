"""Rules and macros as a file: export, plan, apply."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from itsm.automation.actions import applying
from itsm.core.errors import Refused
from itsm.people.selectors import user_named

MARKS = {"add": "+", "change": "~", "remove": "-"}


class Command(BaseCommand):
    """Takes rules and macros out, says what a file would change, or makes them what it says."""

    help = "Export rules and macros as YAML, plan what a file would change, or apply it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("do", choices=["export", "plan", "apply"])
        parser.add_argument("file", nargs="?", type=Path, help="the YAML file")
        parser.add_argument("--as", dest="username", help="the user in whose name it is done")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["do"] == "export":
            self.stdout.write(applying.exported(), ending="")
            return
        if options["file"] is None or not options["username"]:
            raise CommandError("Name a file, and with --as the user in whose name it is done.")
        work = applying.apply if options["do"] == "apply" else applying.plan
        try:
            text = options["file"].read_text(encoding="utf-8")
            found = work(text=text, actor=user_named(options["username"]))
        except (Refused, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        for each in found:
            self.stdout.write(f"{MARKS[each.verb]} {each.sort}/{each.slug}")
            if each.verb == "change":
                for name, (now, then) in each.changes.items():
                    self.stdout.write(f"    {name}: {now!r} -> {then!r}")
        if not found:
            self.stdout.write("Nothing would change." if options["do"] == "plan" else "Nothing.")
