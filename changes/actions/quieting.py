"""Holding alerts back while a change is made, for exactly what it has declared."""

from django.db import transaction
from django.utils.translation import gettext as _

from changes.models import Change
from itsm.monitoring.actions import Wanted, end_maintenance, open_maintenance
from itsm.monitoring.severities import CRITICAL, WARNING
from itsm.people.models import User

# What is worse than was declared is told at once.
DECLARED = {True: CRITICAL, False: WARNING}


@transaction.atomic
def hold_alerts_back(*, change: Change, actor: User) -> None:
    """Open the maintenance of a change in work, or mend it where the change was edited."""
    if change.planned_start is None or change.planned_end is None or change.actual_start is None:
        return
    wanted = Wanted(
        reason=_reason(change),
        starts_at=max(change.actual_start, change.planned_start),
        ends_at=change.planned_end,
        services=[change.service] if change.service else [],
        configuration_items=list(change.configuration_items.all()),
        environment=change.environment,
        most_severity=DECLARED[change.outage_expected],
    )
    open_maintenance(ticket=change, wanted=wanted, actor=actor)


def _reason(change: Change) -> str:
    # Everybody who sees the alerts reads it.
    return _("A change in work") if change.confidential else f"{change.number} {change.title}"[:250]


def let_alerts_through(*, change: Change, actor: User) -> None:
    """The work is over, however it went: what still fires becomes an incident."""
    end_maintenance(ticket=change, actor=actor)
