"""Says what is misconfigured or not running, and how to mend it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from itsm.core import doctor


class Command(BaseCommand):
    help = "Say what is misconfigured or not running, and how to mend it."
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        findings = doctor.findings(tags=None)
        for finding in findings:
            self.stdout.write(f"✗ {finding}")
        if findings:
            raise SystemExit(1)
        self.stdout.write(f"✓ All is well at {settings.BASE_URL}.")
        if settings.HAS_OWN_POSTGRES:
            self.stdout.write(f"  Its database is {settings.PLACES.database_url}")
