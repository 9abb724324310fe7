"""What may be said of the tasks of problems."""

from django.utils.translation import gettext_lazy as _l

from itsm.tickets.models import TaskState
from itsm.tickets.task_keepers import Keeper, keepers
from problems.actions import finish_task

keepers.add("problem")(
    Keeper(
        capability="problems.work",
        move=finish_task,
        words=((TaskState.DONE.value, _l("Done")), (TaskState.CANCELED.value, _l("Not needed"))),
        takes_result=True,
    )
)
