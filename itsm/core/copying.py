"""Writing many rows by the database's own road for that, some ten times as fast as inserting."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql
from psycopg.types.json import Jsonb

# The columns of an event that its writer knows.
EVENT = ("name", "subject_type", "subject_id", "actor_id", "public", "data", "happened_at")


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of plain values; columns not named have what the database gives them."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def copy_records(records: Sequence[models.Model], fields: Sequence[models.Field[Any, Any]]) -> None:
    """Write these columns of records that have their keys already."""
    names = [each.attname for each in fields]
    json = [isinstance(each, models.JSONField) for each in fields]
    rows = (
        [
            Jsonb(value) if is_json else value
            for value, is_json in zip(map(record.__getattribute__, names), json, strict=True)
        ]
        for record in records
    )
    copy_rows(fields[0].model._meta.db_table, [str(each.column) for each in fields], rows)
