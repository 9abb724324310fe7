"""What has to be done before the programs can run, and whether it has been done already.

Each question is answered without loading the apps, which takes seconds: most starts find all done.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, LiteralString

import django
from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.management import call_command
from django.db import connection
from psycopg.errors import UndefinedTable

from itsm.core.supervision.places import Places
from itsm.core.supervision.static_files import are_collected, collect_if_changed


def prepare(places: Places) -> None:
    """Bring tables and static files up to date."""
    rooms = [AppConfig.create(each) for each in settings.INSTALLED_APPS]
    stamp = places.data / "static.stamp"
    has_files = settings.DEBUG or are_collected(stamp, rooms=rooms)
    if has_tables(rooms) and has_files:
        return
    connection.close()  # or what the apps have to say of a connection would come too late
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    if not settings.DEBUG:
        collect_if_changed(stamp, rooms=rooms)


def demo_is_wanted() -> bool:
    """Whether people are still to be made, or have another password than is about to be printed."""
    return settings.DEMO and not demo_is_as_told()


def demo_is_as_told() -> bool:
    """Whether nobody is left to make, and the password we are about to print is the true one."""
    dana = _asked(
        "SELECT password FROM people_user WHERE username = 'dana' AND email = 'dana@example.test'"
    )
    if dana:
        return check_password(settings.DEMO_PASSWORD, dana[0][0])
    return bool(_asked("SELECT FROM people_user LIMIT 1"))


def migrations_of(rooms: Iterable[AppConfig]) -> set[tuple[str, str]]:
    """Every migration there is, as the database notes it, without loading one."""
    return {
        (room.label, file.stem)
        for room in rooms
        for file in Path(room.path, "migrations").glob("[!_~]*.py")
    }


def has_tables(rooms: Iterable[AppConfig]) -> bool:
    """Whether every migration there is has been noted as done."""
    try:
        return migrations_of(rooms) <= set(_asked("SELECT app, name FROM django_migrations"))
    except UndefinedTable:  # nothing has been made yet
        return False


def _asked(question: LiteralString) -> list[tuple[Any, ...]]:
    """What the database answers; Django's own cursor warns where the apps are not loaded."""
    connection.ensure_connection()
    found: list[tuple[Any, ...]] = connection.connection.execute(question).fetchall()
    return found
