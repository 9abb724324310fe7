"""Says whether anybody tampered with the events since they were sealed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from itsm.core import sealing


class Command(BaseCommand):
    help = "Compare every sealed event with the chain of seals; exit 1 when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", help="A digest you kept elsewhere.")

    def handle(self, *_: Any, head: str, **__: Any) -> None:
        verdict = sealing.verify(head=head.strip())
        for fault in verdict.faults:
            self.stdout.write(f"✗ {fault}")
        if verdict.faults:
            raise SystemExit(1)
        self.stdout.write(f"✓ {verdict.events} events in {verdict.seals} seals are as they were.")
        self.stdout.write(f"Head: {verdict.head}")
