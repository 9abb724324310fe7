"""What else stands beside the form of a new record while somebody types: each room adds its own.

@besides.add("proposals")
def proposals(user: User, typed: Mapping[str, str]) -> Part | None: ...
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from itsm.core.registry import Registry
from itsm.people.models import User


@dataclass(frozen=True)
class Part:
    """A template, and what it shows."""

    template: str
    content: Mapping[str, Any]


Beside = Callable[[User, Mapping[str, str]], Part | None]
besides: Registry[Beside] = Registry("part beside what is typed")


def parts_beside(user: User, typed: Mapping[str, str]) -> list[Part]:
    """What every room has to say to what is typed."""
    found = (tell(user, typed) for tell in besides.values())
    return [each for each in found if each is not None]
