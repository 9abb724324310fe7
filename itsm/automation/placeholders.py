"""What may stand in braces in the texts of steps: a closed set, put in and nothing else. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

# What each stands for.
PLACEHOLDERS: dict[str, Any] = {
    "number": _l("the record's number"),
    "title": _l("its title"),
    "priority": _l("its priority, 1 to 5"),
    "state": _l("its state"),
    "service": _l("its service"),
    "team": _l("the short name of its team"),
    "assignee": _l("the user name of who has it"),
    "caller": _l("the user name of who called"),
    "actor": _l("the user name of who did it"),
    "event": _l("the name of what happened"),
    "said": _l("the words of the reply or note"),
    "alert": _l("the title of the alert"),
    "severity": _l("the severity of the alert"),
    "rule": _l("the name of the rule"),
}
# Which fact each is.
FACTS: Mapping[str, str] = {
    "title": "record.title",
    "priority": "record.priority",
    "state": "record.state",
    "service": "service.name",
    "team": "record.team",
    "assignee": "record.assignee",
    "caller": "caller.username",
    "actor": "actor.username",
    "event": "event.name",
    "said": "event.said",
    "alert": "alert.title",
    "severity": "alert.severity",
}
LONGEST = 20_000
_WORD = re.compile(r"\{([a-z_]{1,40})\}")
Values = Callable[[str], str]


def unknown_in(text: str) -> list[str]:
    """What stands in braces and is no placeholder, each once."""
    return [each for each in dict.fromkeys(_WORD.findall(text)) if each not in PLACEHOLDERS]


def has_any(text: str) -> bool:
    """Whether a placeholder stands in the text."""
    return any(each in PLACEHOLDERS for each in _WORD.findall(text))


def filled(text: str, value: Values) -> str:
    """The text with its placeholders replaced, in one pass: what is put in is not read again."""
    told = _WORD.sub(lambda word: value(word[1]) if word[1] in PLACEHOLDERS else word[0], text)
    return told[:LONGEST]
