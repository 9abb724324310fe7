"""Metrics from Datadog, by its query API."""

import re
from typing import Any
from urllib.parse import urlencode

from itsm.evidence.ports import METRICS, MOST_SERIES, Asked, Numbers, Unreadable, readers
from itsm.evidence.reading import ask, plain_number

# What Datadog itself leaves of a tag; everything else it turns into an underscore.
NOT_IN_TAGS = re.compile(r"[^a-z0-9_.:/-]")


class DatadogMetrics:
    """Asks ``/api/v1/query``; the first secret is the API key, the second the application key."""

    reads = METRICS
    quotes = False

    def escape(self, value: str) -> str:
        return NOT_IN_TAGS.sub("_", value.lower())

    def numbers(self, asked: Asked) -> list[Numbers]:
        query = {
            "from": int(asked.since.timestamp()),
            "to": int(asked.until.timestamp()),
            "query": asked.query,
        }
        keys = {"DD-API-KEY": asked.secret, "DD-APPLICATION-KEY": asked.second_secret}
        told = ask("GET", f"{asked.address}/api/v1/query?{urlencode(query)}", headers=keys)
        if not isinstance(told, dict) or told.get("status") == "error":
            why = told.get("error") if isinstance(told, dict) else ""
            raise Unreadable(str(why or "The answer is not one of Datadog."))
        try:
            return [_numbers(each) for each in told["series"][:MOST_SERIES]]
        except (KeyError, TypeError, ValueError):
            raise Unreadable("The answer is not one of Datadog.") from None


def _numbers(found: Any) -> Numbers:
    pairs = [(float(time) / 1000, plain_number(value)) for time, value in found["pointlist"]]
    tags = (str(each).partition(":") for each in found.get("tag_set") or ())
    labels = {"__name__": str(found.get("metric", "")), **{name: value for name, _c, value in tags}}
    return Numbers(labels, [time for time, _value in pairs], [value for _time, value in pairs])


readers.add("datadog")(DatadogMetrics())
