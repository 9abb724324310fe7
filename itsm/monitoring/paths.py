"""A small language of paths into a payload: ``alerts[*]``, ``labels.service``, ``tags[0]``,
``['a key.with dots']``; a leading ``$`` means the whole payload; pure."""

import re
from functools import lru_cache
from typing import Any

from itsm.monitoring.payload import Part

EVERY = "*"
Step = str | int

_STEP = re.compile(
    r"""\.?(?P<name>[^.\[\]'"\s][^.\[\]]*)   # a key after a dot, or at the start
      | \[(?P<index>-?\d{1,6}|\*)\]           # a place in a list, or every place
      | \[(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)")\]   # a key of any characters
    """,
    re.VERBOSE,
)


class PathError(ValueError):
    """This is no path; says at which character."""


@lru_cache(maxsize=2000)
def steps_of(path: str) -> tuple[Step, ...]:
    """The keys and places a path goes through; PathError when it is none."""
    rest = path.strip()
    rest = rest.removeprefix("$")
    steps: list[Step] = []
    place = len(path.strip()) - len(rest)
    while place < len(path.strip()):
        match = _STEP.match(path.strip(), place)
        if match is None:
            raise PathError(f"This path cannot be read from character {place + 1} on.")
        steps.append(_step(match))
        place = match.end()
    return tuple(steps)


def find(part: Part, *, path: str) -> list[Part]:
    """The parts a path leads to; none when it leads nowhere."""
    found = [part]
    for step in steps_of(path):
        found = [inner for each in found for inner in _inner(each, step)]
    return found


def find_one(part: Part, *, path: str) -> Part:
    """The first part a path leads to; one without value when it leads nowhere."""
    found = find(part, path=path)
    return found[0] if found else Part(None, path=joined(part.path, path))


def joined(base: str, path: str) -> str:
    """The path as read from the base."""
    relative = path.strip().removeprefix("$").lstrip(".")
    return base + (relative if relative.startswith("[") or not relative else f".{relative}")


def _inner(part: Part, step: Step) -> list[Part]:
    value: Any = part.value
    if step == EVERY and isinstance(value, list):
        return [Part(each, path=f"{part.path}[{index}]") for index, each in enumerate(value)]
    if isinstance(step, int) and isinstance(value, list):
        is_there = -len(value) <= step < len(value)
        return [Part(value[step], path=f"{part.path}[{step}]")] if is_there else []
    if isinstance(value, dict) and step in value:
        return [Part(value[step], path=f"{part.path}.{step}")]
    return []


def _step(match: re.Match[str]) -> Step:
    if match["index"] is not None:
        return EVERY if match["index"] == EVERY else int(match["index"])
    return match["name"] or match["single"] or match["double"] or ""
