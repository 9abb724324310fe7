"""Named sets of plug-ins: filled while Django starts, only read afterwards."""

from collections.abc import Callable, ItemsView, Iterator, ValuesView
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """A set of things of one sort, each under its own name.

    ``sources: Registry[type[Source]] = Registry("source")`` is filled by ``@sources.add("x")``.
    """

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._entries: dict[str, T] = {}

    def add(self, name: str) -> Callable[[T], T]:
        def register(entry: T) -> T:
            if name in self._entries:
                raise ValueError(f"There are two {self.noun}s named {name!r}.")
            self._entries[name] = entry
            return entry

        return register

    def __getitem__(self, name: str) -> T:
        try:
            return self._entries[name]
        except KeyError:
            known = ", ".join(sorted(self._entries)) or "none"
            raise LookupError(f"No {self.noun} is named {name!r}; known: {known}.") from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries))

    def values(self) -> ValuesView[T]:
        return self._entries.values()

    def items(self) -> ItemsView[str, T]:
        return self._entries.items()
