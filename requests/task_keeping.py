"""What may be said of the tasks of service requests."""

from django.utils.translation import gettext_lazy as _l

from itsm.tickets.models import TaskState
from itsm.tickets.task_keepers import Keeper, keepers
from requests.actions import finish_task

keepers.add("service_request")(
    Keeper(
        capability="requests.work",
        move=finish_task,
        words=(
            (TaskState.DONE.value, _l("Done")),
            (TaskState.INCOMPLETE.value, _l("Could not be done")),
            (TaskState.SKIPPED.value, _l("Not needed")),
        ),
        takes_result=True,
    )
)
