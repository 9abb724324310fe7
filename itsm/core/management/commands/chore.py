"""Does one chore now, in this process: what chores that compute for long are done by."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from itsm.core import apart, chores
from itsm.core.models import Chore
from itsm.core.supervision.children import die_with_parent


class Command(BaseCommand):
    help = "Do one of the things that are done by the clock, now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="such as itsm.proposals.chores.learn")

    def handle(self, *_: Any, name: str, **__: Any) -> None:
        if name not in chores.timetable:
            raise CommandError(f"There are: {', '.join(sorted(chores.timetable))}.")
        die_with_parent()
        apart.stand_back()
        chores.run(name)
        if error := Chore.objects.filter(name=name).values_list("error", flat=True).first():
            raise CommandError(error)
