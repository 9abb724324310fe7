"""What stands in braces: a closed set of names, replaced once, as data and without an engine."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def names_in(value: Any) -> set[str]:
    """The names that stand in braces anywhere in a value."""
    return {name for text in _texts(value) for name in PLACE.findall(text)}


def filled(value: Any, values: Mapping[str, Any]) -> Any:
    """The value with its names replaced; one that stands alone keeps the type of its value."""
    if isinstance(value, str):
        alone = PLACE.fullmatch(value)
        if alone and alone[1] in values:
            return values[alone[1]]
        return PLACE.sub(lambda found: as_text(values.get(found[1], found[0])), value)
    if isinstance(value, Mapping):
        return {key: filled(each, values) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, values) for each in value]
    return value


def as_text(value: Any) -> str:
    """A value in the words programs have for it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def unknown_in(value: Any, known: Collection[str]) -> list[str]:
    """The names in braces nobody gives a value."""
    return sorted(names_in(value) - set(known))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
