"""Somebody who reads, as far as it decides what he may see, for questions kept in words."""

from typing import Any, NamedTuple

from itsm.people.models import User


class Sort(NamedTuple):
    """What two people have in common who may see the same but for what is their own."""

    role: str
    is_active: bool


def sort_of(user: User) -> Sort:
    """The sort of reader somebody is."""
    return Sort(user.role, user.is_active)


def one_of(sort: Sort, pk: Any = None) -> User:
    """A reader of the sort, with what stands for his key."""
    return User(pk=pk, role=sort.role, is_active=sort.is_active)
