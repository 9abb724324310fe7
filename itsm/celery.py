"""The Celery app and its timetable: a doorbell, since all truth is in the database."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")

app = Celery("itsm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _leave_logging_to_the_settings(**_: Any) -> None:
    """Celery sets up no logging of its own when somebody listens here."""


@worker_ready.connect
def _sweep_in_the_worker_too(**_: Any) -> None:
    app.loader.import_from_cwd("itsm.core.sweep").start()
