"""What may help somebody who still types what is wrong: each room adds a source, the portal asks.

    @suggester("articles", title=_l("Articles"), order=40)
    def articles(user: User, text: str) -> list[Suggestion]: ...

A source shows a person only what that person may see, in words made for everybody.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from itsm.core.registry import Registry
from itsm.people.models import User

LEAST = 2  # characters
MOST_TYPED = 200
MOST_EACH = 4


@dataclass(frozen=True)
class Suggestion:
    """One thing that may be what somebody means, and where it is."""

    title: Any
    address: str
    detail: Any = ""
    icon: str = "file-text"


Suggest = Callable[[User, str], Sequence[Suggestion]]


@dataclass(frozen=True)
class Suggester:
    """One source of suggestions: the heading they stand under, and who finds them."""

    title: Any
    suggest: Suggest
    order: int


suggesters: Registry[Suggester] = Registry("source of suggestions")


def suggester(name: str, *, title: Any, order: int = 50) -> Callable[[Suggest], Suggest]:
    """Let a function suggest; ``order`` says how far down its suggestions stand."""

    def register(suggest: Suggest) -> Suggest:
        suggesters.add(name)(Suggester(title, suggest, order))
        return suggest

    return register


def suggestions_for(user: User, text: str) -> list[tuple[Any, list[Suggestion]]]:
    """What may be meant by the text, under headings; nothing for less than two characters."""
    asked = " ".join(text.replace("\x00", " ").split())[:MOST_TYPED]
    if len(asked) < LEAST:
        return []
    ordered = sorted(suggesters.values(), key=lambda each: each.order)
    found = [(each.title, list(each.suggest(user, asked))[:MOST_EACH]) for each in ordered]
    return [(title, suggestions) for title, suggestions in found if suggestions]
