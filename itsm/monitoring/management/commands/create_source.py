"""Lets a tool report to us, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from itsm.core.errors import Refused
from itsm.monitoring.actions import create_source
from itsm.monitoring.doors import doors


class Command(BaseCommand):
    help = "Create a source of alerts or deliveries; print its address and its token, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="alertmanager, grafana, generic, github, jenkins, …")
        parser.add_argument("name", help="what to call it")

    def handle(self, *_: Any, kind: str, name: str, **__: Any) -> None:
        try:
            slug, token = _connect(kind, name)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{settings.BASE_URL}/hooks/{slug}/")
        self.stdout.write(token)


def _connect(kind: str, name: str) -> tuple[str, str]:
    for door in doors.values():
        if kind in door.kinds():
            return door.connect(kind=kind, name=name)
    source, token = create_source(kind=kind, name=name, actor=None)
    return source.slug, token
