"""Says what is misconfigured or not running, and how to mend it."""

from typing import Any

from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.core.management.base import BaseCommand

from itsm.core.health import state_of_the_parts

MENDING = {
    "database": "Start it, or correct DATABASE_URL; unset, it is the one `manage.py up` runs.",
    "migrations": "Run: python manage.py migrate",
    "valkey": "Start it, or correct REDIS_URL; unset, it is the one `manage.py up` runs.",
    "worker": "Start it: celery -A itsm worker --pool threads. Until then the sweep does its work.",
    "beat": "Start it: celery -A itsm beat. Until then the sweep does its work.",
    "sweep": "Start the web server or the worker: both sweep.",
    "deliveries": "See the deliveries given up in /admin/, and the worker's log.",
}


class Command(BaseCommand):
    help = "Say what is misconfigured or not running, and how to mend it."
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        findings = [*_of_the_settings(), *_of_the_parts()]
        for finding in findings:
            self.stdout.write(f"✗ {finding}")
        if findings:
            raise SystemExit(1)
        self.stdout.write(f"✓ All is well at {settings.BASE_URL}.")


def _of_the_settings() -> list[str]:
    messages = run_checks(include_deployment_checks=settings.IS_PUBLIC)
    return [
        f"{message.msg} {message.hint or ''} ({message.id})"
        for message in messages
        if message.level >= WARNING and not message.is_silenced()
    ]


def _of_the_parts() -> list[str]:
    return [
        f"{name} is not well: {_details(part)} {MENDING[name]}"
        for name, part in state_of_the_parts().items()
        if not part["ok"]
    ]


def _details(part: dict[str, object]) -> str:
    if "heard_seconds_ago" in part:
        ago = part["heard_seconds_ago"]
        return "never heard from." if ago is None else f"last heard from {ago} s ago."
    said = ", ".join(f"{name} {value}" for name, value in part.items() if name != "ok")
    return f"{said}." if said else ""
