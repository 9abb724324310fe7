"""What may stand in braces in the texts of steps: a closed set, put in and nothing else. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

# What each stands for.
PLACEHOLDERS: dict[str, Any] = {
    "number": _l("the record's number"),
    "title": _l("its title"),
    "description": _l("what it says of itself"),
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
    "description": "record.description",
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


def unknown_in(value: Any) -> list[str]:
    """What stands in braces anywhere in a value and is no placeholder, each once."""
    words = [word for text in _texts(value) for word in _WORD.findall(text)]
    return [each for each in dict.fromkeys(words) if each not in PLACEHOLDERS]


def has_any(text: str) -> bool:
    """Whether a placeholder stands in the text."""
    return any(each in PLACEHOLDERS for each in _WORD.findall(text))


def filled(text: str, value: Values) -> str:
    """The text with its placeholders replaced, in one pass: what is put in is not read again."""
    told = _WORD.sub(lambda word: value(word[1]) if word[1] in PLACEHOLDERS else word[0], text)
    return told[:LONGEST]


def filled_within(given: Any, value: Values) -> Any:
    """A value with the placeholders replaced in all of its texts; its names stay as they are."""
    if isinstance(given, str):
        return filled(given, value)
    if isinstance(given, Mapping):
        return {name: filled_within(each, value) for name, each in given.items()}
    if isinstance(given, list):
        return [filled_within(each, value) for each in given]
    return given


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)
