"""Numbers that stop at a cap, so that no table makes them slow; all of them in one statement."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from itsm.people.models import User
from itsm.tickets.models import OPEN_PHASES, Phase, Priority
from itsm.tickets.queues import start_of_day
from itsm.tickets.selectors import visible_tickets

CAP = 100
# Written out, since a plan made for any phases could not use the small index over open tickets.
OPEN = "phase IN ({})".format(", ".join(f"'{each.value}'" for each in OPEN_PHASES))
MINE = (f"{OPEN} AND assignee_id = %s", "user")
UNASSIGNED = (f"{OPEN} AND assignee_id IS NULL", "")
RESOLVED = (f"phase = '{Phase.RESOLVED.value}' AND resolved_at >= %s", "today")
OF_NAV = {"mine": MINE, "unassigned": UNASSIGNED}
OF_TILES = {
    **OF_NAV,
    "resolved": RESOLVED,
    **{f"p{level}": (f"{OPEN} AND priority = {level}", "") for level in Priority.values},
}


def counted(user: User, wanted: Mapping[str, tuple[str, str]]) -> dict[str, int]:
    """How many incidents this person may see of each sort, none counted past the cap."""
    visible = visible_tickets(user).select_related(None).order_by().filter(kind="incident")
    seen, given = visible.values_list("pk").query.sql_with_params()
    values = {"user": [user.pk], "today": [start_of_day()], "": []}
    parts, params = [], list[Any]()
    for condition, needed in wanted.values():
        rows = f"{seen} AND {condition} LIMIT {CAP}"
        parts.append(f"(SELECT count(*) FROM ({rows}) AS counted)")  # noqa: S608 constants
        params += [*given, *values[needed]]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return dict(zip(wanted, cursor.fetchone(), strict=True))
