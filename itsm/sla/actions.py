"""Measuring how services stand to their objectives."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import User
from itsm.sla import selectors
from itsm.sla.budget import burn_of, left_of
from itsm.sla.gauges import Unread, gauges
from itsm.sla.models import Objective

logger = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)
# Of the sweep's time, which is for everybody: a tool that is away must not hold it up.
MOST_TIME = timedelta(seconds=10)
BATCH = 200


def measure_due() -> int:
    """Ask the queries whose turn it is; how many gave a number."""
    began, measured, silent = timezone.now(), 0, set()
    for objective in selectors.objectives_to_ask(began - EVERY)[:BATCH]:
        if timezone.now() - began > MOST_TIME:
            break
        if objective.address in silent:
            continue
        try:
            _measure(objective, now=timezone.now())
            measured += 1
        except (Unread, Refused) as error:
            silent.add(objective.address)
            logger.warning("objective.unread", objective=objective.pk, error=str(error))
            _note(objective, asked_at=timezone.now(), error=str(error)[:250])
    return measured


def _measure(objective: Objective, *, now: datetime) -> None:
    bad = _asked(objective, objective.query)
    lately = _asked(objective, objective.burn_query) if objective.burn_query else None
    _note(
        objective,
        left=left_of(objective.target, bad),
        burn=None if lately is None else burn_of(objective.target, lately),
        measured_at=now,
        asked_at=now,
        error="",
    )


def _asked(objective: Objective, query: str) -> float:
    gauge = gauges[objective.kind]
    bad = gauge.read(address=objective.address, token=objective.token, query=query)
    if not 0 <= bad <= 1:
        raise Unread(f"The answer is {bad:g}, and no share from 0 to 1.")
    return bad


def _note(objective: Objective, **values: object) -> None:
    Objective.objects.filter(pk=objective.pk).update(**values)


@transaction.atomic
def report(*, objective: Objective, actor: User, left: float, burn: float | None) -> None:
    """Take a program's word for how an objective stands."""
    if not actor.has_perm("monitoring.work"):
        raise NotAllowed(_("You may not report this."))
    if left > 1:
        raise Invalid(_("Give a number up to 1."), field="left")
    if burn is not None and burn < 0:
        raise Invalid(_("Give a number from 0 on."), field="burn")
    if objective.address:
        raise Refused(_("%(name)s is measured by a query.") % {"name": objective.name})
    _note(objective, left=left, burn=burn, measured_at=timezone.now(), error="")
    data = {"name": objective.name, "left": left, "burn": burn}
    events.publish("objective.reported", objective, actor=actor, data=data)
