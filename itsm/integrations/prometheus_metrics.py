"""Metrics from Prometheus and what speaks its HTTP API, by range queries."""

from typing import Any
from urllib.parse import urlencode

from itsm.evidence.filling import in_quotes
from itsm.evidence.ports import METRICS, MOST_SERIES, Asked, Numbers, Unreadable, readers
from itsm.evidence.reading import ask, bearer_or_basic, plain_number


class PrometheusMetrics:
    """Asks ``/api/v1/query_range``."""

    reads = METRICS
    quotes = True

    def escape(self, value: str) -> str:
        return in_quotes(value)

    def numbers(self, asked: Asked) -> list[Numbers]:
        query = {
            "query": asked.query,
            "start": asked.since.timestamp(),
            "end": asked.until.timestamp(),
            "step": int(asked.step.total_seconds()),
        }
        told = ask(
            "GET",
            f"{asked.address}/api/v1/query_range?{urlencode(query)}",
            headers=bearer_or_basic(asked),
        )
        if not isinstance(told, dict) or told.get("status") != "success":
            raise Unreadable("The answer is not one of Prometheus.")
        try:
            return [_numbers(each) for each in told["data"]["result"][:MOST_SERIES]]
        except (KeyError, TypeError, ValueError):
            raise Unreadable("The query answers with no series of numbers.") from None


def _numbers(found: Any) -> Numbers:
    pairs = [(float(time), plain_number(value)) for time, value in found["values"]]
    labels = {str(name): str(value) for name, value in found["metric"].items()}
    return Numbers(labels, [time for time, _value in pairs], [value for _time, value in pairs])


readers.add("prometheus")(PrometheusMetrics())
