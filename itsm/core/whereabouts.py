"""Where records are shown outside the administration, as the rooms they belong to say."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model

whereabouts: dict[type, Callable[[Any], str]] = {}


def is_shown(model: type[Model]) -> bool:
    """Whether such records have pages, as these or as what they are kinds of."""
    return any(each in whereabouts for each in model.__mro__)


def page_of(record: Model) -> str:
    """The address of the record's page; empty where it has none."""
    say = next((whereabouts[each] for each in type(record).__mro__ if each in whereabouts), None)
    return say(record) if say else ""
