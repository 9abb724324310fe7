"""Log lines from Grafana Loki, by range queries."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from itsm.evidence.filling import in_quotes
from itsm.evidence.patterns import Line, level_named
from itsm.evidence.ports import LOGS, MOST_LINES, Asked, Unreadable, readers
from itsm.evidence.reading import ask, bearer_or_basic, first_of

LEVELS = ("detected_level", "level", "severity")
PLACES = ("service_name", "service", "app", "container", "job", "host", "instance")


class LokiLogs:
    """Asks ``/loki/api/v1/query_range``; the scope is the tenant, where there are several."""

    reads = LOGS
    quotes = True

    def escape(self, value: str) -> str:
        return in_quotes(value)

    def lines(self, asked: Asked) -> list[Line]:
        query = {
            "query": asked.query,
            "start": _nanoseconds(asked.since),
            "end": _nanoseconds(asked.until),
            "limit": MOST_LINES,
            "direction": "backward" if asked.newest_first else "forward",
        }
        tenant = {"X-Scope-OrgID": asked.scope} if asked.scope else {}
        told = ask(
            "GET",
            f"{asked.address}/loki/api/v1/query_range?{urlencode(query)}",
            headers={**bearer_or_basic(asked), **tenant},
        )
        try:
            found = [line for each in told["data"]["result"] for line in _lines(each)]
        except (KeyError, TypeError, ValueError, OverflowError):
            raise Unreadable("The answer is not one of Loki.") from None
        return found[:MOST_LINES]


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000) * 1_000_000


def _lines(stream: Any) -> Iterator[Line]:
    labels = stream["stream"]
    level = level_named(first_of(labels, LEVELS))
    component = str(first_of(labels, PLACES))
    for time, text, *_more in stream["values"]:
        at = datetime.fromtimestamp(int(time) / 1e9, UTC)
        yield Line(at, str(text), level, component)


readers.add("loki")(LokiLogs())
