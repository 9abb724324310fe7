"""Log lines from Splunk, by a search that is exported as it runs."""

from typing import Any
from urllib.parse import urlencode

from itsm.evidence.filling import in_quotes
from itsm.evidence.patterns import Line, level_named
from itsm.evidence.ports import LOGS, MOST_LINES, Asked, Unreadable, readers
from itsm.evidence.reading import ask_for_rows, bearer_or_basic, first_of, instant_of

LEVELS = ("log_level", "level", "severity")
PLACES = ("service", "app", "program", "sourcetype", "host")


class SplunkLogs:
    """Asks ``/services/search/v2/jobs/export``; the query is what stands behind ``search``."""

    reads = LOGS
    quotes = True

    def escape(self, value: str) -> str:
        return in_quotes(value)

    def lines(self, asked: Asked) -> list[Line]:
        if "|" in asked.query:
            raise Unreadable("A search here finds lines only: leave out what stands behind a |.")
        order = "" if asked.newest_first else " | reverse"
        form = {
            "search": f"search {asked.query} | head {MOST_LINES}{order}",
            "earliest_time": asked.since.timestamp(),
            "latest_time": asked.until.timestamp(),
            "output_mode": "json",
        }
        if asked.scope:
            form["namespace"] = asked.scope
        rows = ask_for_rows(
            f"{asked.address}/services/search/v2/jobs/export",
            form=urlencode(form),
            headers=bearer_or_basic(asked),
        )
        found = [each["result"] for each in rows if isinstance(each.get("result"), dict)]
        try:
            return [_line(each) for each in found[:MOST_LINES]]
        except (KeyError, TypeError, ValueError):
            raise Unreadable("The answer is not one of Splunk.") from None


def _line(found: Any) -> Line:
    return Line(
        at=instant_of(found["_time"]),
        text=str(found["_raw"]),
        level=level_named(first_of(found, LEVELS)),
        component=str(first_of(found, PLACES)),
    )


readers.add("splunk")(SplunkLogs())
