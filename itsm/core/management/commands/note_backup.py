"""Notes that a back-up was made: the last line of a back-up script."""

from typing import Any

from django.core.management.base import BaseCommand

from itsm.core import heartbeats


class Command(BaseCommand):
    help = "Note that a back-up was made, so that the set-up page can tell when there is none."

    def handle(self, *_: Any, **__: Any) -> None:
        heartbeats.beat("backup")
        self.stdout.write("Noted.")
