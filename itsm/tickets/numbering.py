"""Numbers people can say: INC-42, from one database sequence a kind, so no lock and some gaps."""

from django.db import connection


def next_number(prefix: str) -> str:
    """The next number of a kind of ticket; a rolled back one is never given again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [sequence_of(prefix)])
        (count,) = cursor.fetchone()
    return f"{prefix}-{count}"


def sequence_of(prefix: str) -> str:
    """The name of the sequence behind a prefix."""
    return f"ticket_number_{prefix.lower()}"
