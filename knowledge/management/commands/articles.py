"""Articles as a folder of Markdown files: take in, try, take out."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from itsm.core.errors import Refused
from itsm.people.selectors import user_named
from knowledge.actions.taking_in import UNCHANGED, WRONG, take_in_folder, take_out_to

MARKS = {"added": "+", "changed": "~", "unchanged": "=", "wrong": "!"}


class Command(BaseCommand):
    """Makes articles of a folder of Markdown files, or writes what is published as one."""

    help = "Import a folder of Markdown files as articles, or export what is published."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("do", choices=["import", "export"])
        parser.add_argument("folder", type=Path)
        parser.add_argument("--as", dest="username", required=True, help="in whose name")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done")
        parser.add_argument(
            "--publish",
            action="store_true",
            help="publish what is for staff, submit what is for everybody",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            actor = user_named(options["username"])
            if options["do"] == "export":
                count = take_out_to(folder=options["folder"], actor=actor)
                self.stdout.write(f"{count} files written.")
                return
            if not options["folder"].is_dir():
                raise CommandError(f"There is no folder {options['folder']}.")
            taken = take_in_folder(
                folder=options["folder"],
                actor=actor,
                is_trial=options["dry_run"],
                publishes=options["publish"],
            )
        except (Refused, OSError) as problem:
            raise CommandError(str(problem)) from problem
        for each in taken:
            if each.outcome != UNCHANGED:
                told = f"{MARKS[each.outcome]} {each.path} {each.number} {each.why}"
                self.stdout.write(told.rstrip())
        counts = Counter(each.outcome for each in taken)
        said = ", ".join(f"{counts[name]} {name}" for name in MARKS)
        self.stdout.write(f"{'Would be: ' if options['dry_run'] else ''}{said}.")
        if counts[WRONG]:
            raise CommandError("Some files are wrong; the others were seen to.")
