"""ETags of tickets: the number and the version, so that nobody overwrites what he has not seen."""

import re

from rest_framework.response import Response

from itsm.core.rest.asking import Asked
from itsm.core.rest.shapes import Row
from itsm.tickets.models import Ticket
from itsm.tickets.workflow import check_version

_TAG = re.compile(r'\s*(?:W/)?"([A-Z]+-[0-9]+)\.([0-9]{1,9})"\s*')


def tagged(row: Row, *, status: int = 200) -> Response:
    """The answer that shows a ticket, with its ETag."""
    return Response(row, status, headers={"ETag": tag_of(row)})


def tag_of(row: Row) -> str:
    """The ETag of a ticket as it is shown."""
    return f'"{row["number"]}.{row["version"]}"'


def is_known(request: Asked, row: Row) -> bool:
    """Whether the client has this very version already (If-None-Match)."""
    given = request.headers.get("If-None-Match", "")
    tags = [each.strip().removeprefix("W/") for each in given.split(",")]
    return "*" in tags or tag_of(row) in tags


def expected_version(request: Asked, ticket: Ticket) -> int | None:
    """The version the client has seen (If-Match); None when it does not say.

    Stale when the ticket is known to be another already; the action asks again under its lock.
    """
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    found = [_TAG.fullmatch(each) for each in given.split(",")]
    versions = {int(each[2]) for each in found if each is not None and each[1] == ticket.number}
    if ticket.version not in versions:
        check_version(ticket, -1)
    return ticket.version
