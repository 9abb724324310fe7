"""ETags of tickets: the number and the version, so that nobody overwrites what he has not seen."""

from rest_framework.response import Response

from itsm.core.rest import versions
from itsm.core.rest.asking import Asked
from itsm.core.rest.shapes import Row
from itsm.tickets.models import Ticket
from itsm.tickets.workflow import check_version


def tagged(row: Row, *, status: int = 200) -> Response:
    """The answer that shows a ticket, with its ETag."""
    return versions.tagged(row, name=row["number"], version=row["version"], status=status)


def tag_of(row: Row) -> str:
    """The ETag of a ticket as it is shown."""
    return versions.tag(row["number"], row["version"])


def is_known(request: Asked, row: Row) -> bool:
    """Whether the client has this very version already (If-None-Match)."""
    given = request.headers.get("If-None-Match", "")
    tags = [each.strip().removeprefix("W/") for each in given.split(",")]
    return "*" in tags or tag_of(row) in tags


def expected_version(request: Asked, ticket: Ticket) -> int | None:
    """The version the client has seen (If-Match); None when it does not say.

    Stale when the ticket is known to be another already; the action asks again under its lock.
    """
    seen = versions.version_seen(request, name=ticket.number, version=ticket.version)
    check_version(ticket, seen)
    return seen
