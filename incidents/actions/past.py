"""Writing incidents whose life is known already, many rows a statement; nobody is told of them."""

from collections.abc import Sequence

from django.db import connection

from incidents.models import Incident
from itsm.core.copying import copy_records
from itsm.tickets.models import Ticket
from itsm.tickets.numbering import sequence_of


def number_incidents(incidents: Sequence[Incident]) -> None:
    """Give the incidents their ids and numbers, as the sequences hand them out."""
    ids = _next("pg_get_serial_sequence('tickets_ticket', 'id')", len(incidents))
    numbers = _next(f"'{sequence_of('INC')}'", len(incidents))
    for incident, pk, number in zip(incidents, ids, numbers, strict=True):
        incident.pk = incident.id = incident.ticket_ptr_id = pk
        incident.number = f"INC-{number}"


def insert_incidents(incidents: Sequence[Incident]) -> None:
    """Write the rows of both tables."""
    shared = [each for each in Ticket._meta.concrete_fields if not each.generated]
    copy_records(incidents, shared)
    copy_records(incidents, list(Incident._meta.local_concrete_fields))


def _next(sequence: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT nextval({sequence}) FROM generate_series(1, %s)",  # noqa: S608 ours
            [count],
        )
        return [row[0] for row in cursor.fetchall()]
