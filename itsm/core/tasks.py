"""What Celery is asked to do: pay deliveries and do chores that are due, nothing else."""

from celery import shared_task

from itsm.core import chores, delivery, heartbeats


@shared_task(ignore_result=True)
def deliver() -> None:
    """Pay every delivery that is due; rung after a commit that owes some."""
    delivery.deliver_owed()


@shared_task(ignore_result=True)
def run_chores() -> None:
    """Do what is due by the clock; rung by beat, so its arrival shows that beat and worker live."""
    heartbeats.beat("beat", "worker")
    delivery.deliver_owed()
    chores.run_due()
