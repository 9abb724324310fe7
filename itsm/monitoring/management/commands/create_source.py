"""Lets a monitoring tool report to us, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from itsm.core.errors import Refused
from itsm.monitoring.actions import create_source


class Command(BaseCommand):
    help = "Create a source of alerts and print its address and its token, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="alertmanager, grafana, generic, …")
        parser.add_argument("name", help="what to call it")

    def handle(self, *_: Any, kind: str, name: str, **__: Any) -> None:
        try:
            source, token = create_source(kind=kind, name=name, actor=None)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{settings.BASE_URL}/hooks/{source.slug}/")
        self.stdout.write(token)
