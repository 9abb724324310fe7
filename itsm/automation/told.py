"""What a runbook is told as people type it: one name and its value in each line."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from itsm.core.errors import Invalid

# What begins like this may be more than a text.
OPENERS = ('"', "[", "{")


def as_lines(told: Mapping[str, Any]) -> str:
    """Each name and its value in a line of its own; ``from_lines`` gives the same again."""
    return "\n".join(f"{name}: {_as_line(value)}".rstrip() for name, value in told.items())


def from_lines(text: str, *, field: str) -> dict[str, Any]:
    """The values by their names; Invalid where a line has no name and colon."""
    told: dict[str, Any] = {}
    for line in text.replace("\r\n", "\n").split("\n"):
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or not name.strip():
            raise Invalid(
                _("Write a name and its value in each line, such as host: web-1."), field=field
            )
        told[name.strip()] = _value(value)
    return told


def _as_line(value: Any) -> str:
    is_plain = isinstance(value, str) and "\n" not in value and "\r" not in value
    return value if is_plain and _value(value) == value else json.dumps(value, ensure_ascii=False)


def _value(typed: str) -> Any:
    text = typed.strip()
    if text.startswith(OPENERS):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text
