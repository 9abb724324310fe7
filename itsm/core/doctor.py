"""What is misconfigured or not running, and how to mend it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import WARNING, Tags, run_checks
from django.utils import timezone
from django.utils.timesince import timesince

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
OF_THE_INSTALLATION = (Tags.files, Tags.urls, Tags.security)


def findings(*, tags: Sequence[str] | None = OF_THE_INSTALLATION) -> list[str]:
    """What is wrong, one sentence each; without tags, every check of the code runs, too."""
    return [*_of_the_settings(tags), *_of_the_parts()]


def _of_the_settings(tags: Sequence[str] | None) -> list[str]:
    found = run_checks(tags=tags, include_deployment_checks=settings.IS_PUBLIC)
    return [
        f"{each.msg} {each.hint or ''} ({each.id})"
        for each in found
        if each.level >= WARNING and not each.is_silenced()
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
        return "never heard from." if ago is None else f"last heard from {_lasting(ago)} ago."
    if "owed" in part:
        oldest = _lasting(part["oldest_seconds"])
        return f"{part['owed']} owed, the oldest for {oldest}, {part['given_up']} given up."
    said = ", ".join(f"{name} {value}" for name, value in part.items() if name != "ok")
    return f"{said}." if said else ""


def _lasting(seconds: Any) -> str:
    """So long, as people say it."""
    now = timezone.now()
    return f"{seconds:.0f} s" if seconds < 60 else timesince(now - timedelta(seconds=seconds), now)
