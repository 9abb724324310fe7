"""Reading one number from a monitoring tool: one small class a tool, plugged in by its name."""

from typing import Protocol

from itsm.core.registry import Registry


class Unread(Exception):  # noqa: N818 what the other side said
    """The tool gave no number; the sentence says why."""


class Gauge(Protocol):
    """How one sort of tool is asked."""

    def read(self, *, address: str, token: str, query: str) -> float:
        """The number that the query has for an answer; Unread when it has none."""
        ...


gauges: Registry[Gauge] = Registry("gauge")
