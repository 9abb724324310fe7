"""Whether there is anything to prepare before the programs can run, asked without the apps."""

from django.apps import AppConfig
from django.conf import settings
from django.db import connection

from itsm.core.supervision.preparing import has_tables


def test_an_empty_database_and_one_that_lacks_a_migration_are_to_be_prepared(db: None):
    rooms = [AppConfig.create(each) for each in settings.INSTALLED_APPS]

    assert has_tables(rooms)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'changes' AND name LIKE '0001%'")
    assert not has_tables(rooms)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO pg_catalog")
    assert not has_tables(rooms)
