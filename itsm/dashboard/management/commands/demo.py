"""Loads the demo company."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from itsm.dashboard.demo import build, change_password
from itsm.dashboard.demo.company import PEOPLE


class Command(BaseCommand):
    """Makes people, services and eight weeks of incidents; keeps to them where they are already."""

    help = "Load the demo company: people, services and eight weeks of incidents."

    def handle(self, *_args: Any, **_options: Any) -> None:
        password = settings.DEMO_PASSWORD or secrets.token_urlsafe(9)
        token = build(password=password)
        if token is None:
            changed = settings.DEMO and change_password(password)
            what = f"the password is now {password}" if changed else "nothing was changed"
            self.stdout.write(f"The demo company is there already; {what}.")
            return
        names = ", ".join(row[0] for row in PEOPLE)
        self.stdout.write(f"The demo company is ready. Sign in as {names}; password: {password}")
        self.stdout.write(f"Alertmanager posts to {settings.BASE_URL}/hooks/alertmanager/{token}/")
