"""What may be said of the tasks of changes."""

from django.utils.translation import gettext_lazy as _l

from changes.actions import finish_task
from itsm.tickets.models import TaskState
from itsm.tickets.task_keepers import Keeper, keepers

keepers.add("change")(
    Keeper(
        capability="changes.work",
        move=finish_task,
        words=((TaskState.DONE.value, _l("Done")), (TaskState.CANCELED.value, _l("Not needed"))),
    )
)
