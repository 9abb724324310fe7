"""Who keeps the tasks of a kind of ticket: what it takes to touch them, and by which action."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from itsm.core.registry import Registry
from itsm.tickets.models import Task


@dataclass(frozen=True)
class Keeper:
    """What a room lets be done with its tasks: by whom, and what may be said of one."""

    capability: str
    move: Callable[..., Task]
    words: tuple[tuple[str, Any], ...]
    takes_result: bool = False


keepers: Registry[Keeper] = Registry("keeper of tasks")
