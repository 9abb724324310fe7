"""Every address of the house, tried by everybody, against the table of ``doors``."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.doors import PEOPLE, Door, by_area, plain, rows
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("doors", by_area(rows()))
def test_everybody_gets_the_answer_of_the_table(doors: list[Door], world: World) -> None:
    table = rows()

    answers = {
        (method, address): tuple(world.knock(method, address, person) for person in PEOPLE)
        for method, address in doors
    }

    assert answers == {door: table[door] for door in doors}


def test_every_address_has_a_row_in_the_table() -> None:
    known = {(method, plain(address)) for method, address in rows()}
    addresses = {address for _method, address in known}

    missing = [
        (method, address)
        for methods, address in _doors(get_resolver().url_patterns)
        for method in methods or ("",)
        if (method, address) not in known and (method or address not in addresses)
    ]

    assert missing == []


def _doors(patterns: Any, before: str = "") -> Iterator[tuple[list[str], str]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _doors(each.url_patterns, before + _readable(str(each.pattern)))
        elif isinstance(each, URLPattern):
            methods = [name.upper() for name in getattr(each.callback, "actions", None) or {}]
            methods = [name for name in methods if name != "HEAD"]
            yield methods, plain(before + _readable(str(each.pattern)))


def _readable(pattern: str) -> str:
    """An address as the table writes it, of a path or of a regular expression."""
    pattern = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"{\1}", pattern)
    pattern = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern)
    return pattern.replace("/?$", "").replace("^", "").replace("$", "").replace("\\Z", "")
