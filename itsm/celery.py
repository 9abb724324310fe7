"""The Celery app and its timetable: a doorbell, since all truth is in the database."""

import gc
import os
import sys
from importlib import import_module
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_ready
from django.conf import settings
from django.utils.log import configure_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")

# Beat only rings: it needs none of the apps, which take seconds and much memory to load.
IS_BEAT = sys.argv[0].endswith(("celery", "celery/__main__.py")) and "beat" in sys.argv

app = Celery("itsm", fixups=[] if IS_BEAT else None)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_default_queue="doorbell",
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_publish_retry=False,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": 60,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "max_retries": 1,
    },
    beat_scheduler="celery.beat:Scheduler",  # keeps no file that a crash could spoil
    beat_schedule={
        # Expires, so that a worker who comes back is not met by an hour of rings.
        "chores": {
            "task": "itsm.core.tasks.run_chores",
            "schedule": 5.0,
            "options": {"expires": 10},
        },
    },
)
app.autodiscover_tasks()


@setup_logging.connect
def _leave_logging_to_the_settings(**_: Any) -> None:
    """Celery sets up no logging of its own when somebody listens here."""
    if IS_BEAT:  # elsewhere loading the apps has done it
        gc.enable()
        configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)


@worker_ready.connect
def _sweep_in_the_worker_too(**_: Any) -> None:
    # Found when needed: importing it above would need the apps, which are loaded later.
    import_module("itsm.core.sweep").start()
