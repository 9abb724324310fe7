"""What every ticket has, whatever its kind."""

from itsm.tickets.models.belongings import (
    Attachment,
    Comment,
    Draft,
    Link,
    Pin,
    Rating,
    ReplyTemplate,
    Watcher,
)
from itsm.tickets.models.likeness import Likeness, LikenessTally, WordCount
from itsm.tickets.models.task import OPEN_STATES, Task, TaskSort, TaskState
from itsm.tickets.models.ticket import (
    OPEN_PHASES,
    UNSETTLED,
    Channel,
    Level,
    Phase,
    Priority,
    Ticket,
)

__all__ = [
    "OPEN_PHASES",
    "OPEN_STATES",
    "UNSETTLED",
    "Attachment",
    "Channel",
    "Comment",
    "Draft",
    "Level",
    "Likeness",
    "LikenessTally",
    "Link",
    "Phase",
    "Pin",
    "Priority",
    "Rating",
    "ReplyTemplate",
    "Task",
    "TaskSort",
    "TaskState",
    "Ticket",
    "Watcher",
    "WordCount",
]
