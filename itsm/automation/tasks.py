"""What Celery is asked to do: wake the threads of this worker that do runs."""

from importlib import import_module

from celery import shared_task


@shared_task(ignore_result=True)
def work() -> None:
    """Do the runs that are due, in threads of their own, so that deliveries do not wait."""
    # Found when needed: what does runs rings this bell itself.
    import_module("itsm.automation.runner").wake()
