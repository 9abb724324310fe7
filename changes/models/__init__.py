"""Changes, what they are made from, and when they may be made."""

from changes.models.change import (
    Category,
    Change,
    ChangeTask,
    ChangeType,
    CloseCode,
    Environment,
    Outcome,
    TaskSort,
    TaskState,
)
from changes.models.template import ChangeTemplate, TemplateVersion
from changes.models.window import Window, WindowSort

__all__ = [
    "Category",
    "Change",
    "ChangeTask",
    "ChangeTemplate",
    "ChangeType",
    "CloseCode",
    "Environment",
    "Outcome",
    "TaskSort",
    "TaskState",
    "TemplateVersion",
    "Window",
    "WindowSort",
]
