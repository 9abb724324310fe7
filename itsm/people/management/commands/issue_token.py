"""Gives a program a token to act as a user, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from itsm.core.errors import Refused
from itsm.people.actions import issue_token
from itsm.people.models import User


class Command(BaseCommand):
    help = "Issue an API token for a user and print it, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the user name to act as")
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            help="read, write or COLLECTION:read; repeatable",
        )
        parser.add_argument("--name", default="command line", help="what the token is for")

    def handle(self, *_: Any, user: str, scope: list[str], name: str, **__: Any) -> None:
        try:
            person = User.objects.get_by_natural_key(user)
            _token, plain = issue_token(user=person, name=name, scopes=scope)
        except User.DoesNotExist:
            raise CommandError(f"There is no user named {user}.") from None
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(plain)
