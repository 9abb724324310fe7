"""Collecting the static files, but only when one of them has changed."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.management import call_command


def collect_if_changed(stamp: Path, *, rooms: Iterable[AppConfig]) -> bool:
    """Bring the collected files up to date; whether there was anything to do."""
    if are_collected(stamp, rooms=rooms):
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(_fingerprint(rooms), encoding="ascii")
    return True


def are_collected(stamp: Path, *, rooms: Iterable[AppConfig]) -> bool:
    """Whether no file has changed since this was noted; asked without loading the apps."""
    return stamp.exists() and stamp.read_text(encoding="ascii") == _fingerprint(rooms)


def _fingerprint(rooms: Iterable[AppConfig]) -> str:
    digest = hashlib.sha256()
    for path in _sources(rooms):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _sources(rooms: Iterable[AppConfig]) -> Iterator[Path]:
    """What is collected, and what puts the scripts of the pages together."""
    yield Path(__file__).parents[1] / "bundles.py"
    folders = [Path(each) for each in settings.STATICFILES_DIRS]
    folders += [Path(each.path, "static") for each in rooms]
    for folder in folders:
        yield from sorted(each for each in folder.rglob("*") if each.is_file())
