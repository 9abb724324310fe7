"""The tables of the tests: made once for all processes of a run, and emptied quickly."""

import fcntl
import hashlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase

from itsm.core.supervision.engines import postgres_home

ROOMS = ("itsm", "incidents", "problems", "changes", "requests", "knowledge")
_READING = ("--quiet", "--set", "ON_ERROR_STOP=1", "--file")
# What migrating fills by itself after every flush, always alike.
KEPT = {"django_content_type", "auth_permission"}
PATIENCE = 30  # seconds
# Held as TRUNCATE would hold them, so that nothing a running product had begun comes after; most
# are empty, and truncating two hundred tables makes two thousand files anew. Rows go without
# asking triggers and foreign keys.
EMPTY = """
SET LOCAL session_replication_role = replica;
LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE NOWAIT;
DO $$
DECLARE each text; is_filled boolean;
BEGIN
    FOREACH each IN ARRAY string_to_array('{tables}', ', ') LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', each) INTO is_filled;
        IF is_filled THEN EXECUTE format('DELETE FROM %s', each); END IF;
    END LOOP;
END $$;
"""


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> None:
    """Have the tables in a database of this process; nobody takes it down, as its engines end."""
    with django_db_blocker.unblock():
        if not made_tables():
            _load(kept_tables())


def made_tables() -> bool:
    """Migrate once for all processes and later runs, until a migration changes; whether it was now.

    Then the database of this process has the tables, and all others can be filled with them.
    """
    kept = kept_tables()
    kept.parent.mkdir(parents=True, exist_ok=True)
    with (kept.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.exists():
            return False
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        for old in kept.parent.glob("*.sql"):
            old.unlink()
        draft = kept.with_suffix(".draft")
        _run("pg_dump", "--no-owner", "--file", str(draft), database=_settings()["NAME"])
        draft.rename(kept)
    return True


def load_tables(*, host: str, database: str) -> None:
    """Fill an empty database of other engines with them."""
    _run("psql", *_READING, str(kept_tables()), database=database, host=host)


def kept_tables() -> Path:
    """Where they are kept, whether they have been made yet or not."""
    return Path(settings.DATA_DIR, "test-tables", f"{_sign_of_migrations()}.sql")


def _sign_of_migrations() -> str:
    """What the tables depend on, in short: our migrations, and what else is installed."""
    found = hashlib.sha256((settings.BASE_DIR / "requirements.lock").read_bytes())
    for app in apps.get_app_configs():
        if app.name.partition(".")[0] in ROOMS:
            for path in sorted(Path(app.path, "migrations").glob("*.py")):
                found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _load(kept: Path) -> None:
    name = connection.creation._get_test_db_name()  # type: ignore[attr-defined]
    _run("createdb", name, database="postgres")
    _run("psql", *_READING, str(kept), database=name)
    connection.close()
    _settings()["NAME"] = settings.DATABASES["default"]["NAME"] = name


def _settings() -> dict[str, Any]:
    found: dict[str, Any] = connection.settings_dict
    return found


def _run(program: str, *words: str, database: str, host: str = "") -> None:
    given = _settings()
    places = {"PGHOST": host or given["HOST"], "PGUSER": given["USER"], "PGDATABASE": database}
    done = subprocess.run(
        [postgres_home() / "bin" / program, *words],
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session", autouse=True)
def _tables_are_emptied_quickly() -> Iterator[None]:
    """Leave empty tables behind tests that commit, as Django's flush does, only sooner."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", lambda _: empty_tables())
        yield


def empty_tables() -> None:
    """Take all rows out of all tables; ids go on from where they were."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    statement = EMPTY.format(tables=", ".join(sorted(set(names) - KEPT)))
    # A running product may be at some of them; to wait for it while others are held would hold it.
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    django.setup()
    made_tables()
