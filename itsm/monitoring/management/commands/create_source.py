"""Lets a monitoring tool report to us, from the command line."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from itsm.core.errors import Refused
from itsm.monitoring import actions
from itsm.monitoring.sources import sources


class Command(BaseCommand):
    """``manage.py create_source alertmanager "Production"``."""

    help = "Creates a monitoring source and prints its address and its token, this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", help=f"one of: {', '.join(sources)}")
        parser.add_argument("name", help="what people call it; the address is made from it")

    def handle(self, *_args: Any, kind: str, name: str, **_options: Any) -> None:
        try:
            source, token = actions.create_source(kind=kind, name=name, actor=None)
        except Refused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"address  {settings.BASE_URL}/hooks/{source.slug}/")
        self.stdout.write(f"token    {token}")
        self.stdout.write("Shown this once: send it as 'Authorization: Bearer <token>'.")
