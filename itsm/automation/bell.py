"""Waking whoever does the runs that are due: a courtesy, since the sweep finds them anyway."""

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction

logger = structlog.get_logger(__name__)

WORK = "itsm.automation.tasks.work"


def ring_on_commit() -> None:
    """Wake a worker once this transaction is committed."""
    if settings.DOORBELL:
        transaction.on_commit(ring, robust=True)


def ring() -> bool:
    """Wake a worker now; whether the broker took it."""
    try:
        current_app.send_task(WORK, retry=False, expires=30)
    except Exception as error:  # without a broker the sweep does the runs
        logger.warning("runs.bell_silent", error=repr(error))
        return False
    return True
