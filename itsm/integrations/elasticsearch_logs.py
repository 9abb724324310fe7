"""Log lines from Elasticsearch and OpenSearch, by their search API."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from itsm.evidence.filling import in_quotes
from itsm.evidence.patterns import Line, level_named
from itsm.evidence.ports import LOGS, MOST_LINES, Asked, Unreadable, readers
from itsm.evidence.reading import ask, bearer_or_basic, first_of, instant_of

TEXTS = ("message", "log", "event.original", "body", "msg")
LEVELS = ("log.level", "level", "severity", "log.syslog.severity.name", "severity_text")
PLACES = ("service.name", "service", "kubernetes.container.name", "process.name", "program")
HOSTS = ("host.name", "hostname", "host", "kubernetes.pod.name")


class ElasticsearchLogs:
    """Asks ``/<index>/_search``; the query is one of Lucene, the scope is the index."""

    reads = LOGS
    quotes = True

    def escape(self, value: str) -> str:
        return in_quotes(value)

    def lines(self, asked: Asked) -> list[Line]:
        span = {
            "gte": asked.since.isoformat(),
            "lt": asked.until.isoformat(),
            "format": "strict_date_optional_time",
        }
        body = {
            "size": MOST_LINES,
            "sort": [{"@timestamp": "desc" if asked.newest_first else "asc"}],
            "query": {
                "bool": {
                    "filter": [
                        {"range": {"@timestamp": span}},
                        {"query_string": {"query": asked.query}},
                    ]
                }
            },
        }
        index = quote(asked.scope or "logs-*", safe="*,-._")
        told = ask(
            "POST", f"{asked.address}/{index}/_search", headers=_leave(asked), json_body=body
        )
        try:
            return [_line(each["_source"]) for each in told["hits"]["hits"]]
        except (KeyError, TypeError, ValueError):
            raise Unreadable("The answer is not one of Elasticsearch.") from None


def _leave(asked: Asked) -> Mapping[str, str]:
    """An API key, unless there is an account to sign in with."""
    if asked.secret and not asked.account:
        return {"Authorization": f"ApiKey {asked.secret}"}
    return bearer_or_basic(asked)


def _line(source: Any) -> Line:
    return Line(
        at=instant_of(source["@timestamp"]),
        text=str(first_of(source, TEXTS)),
        level=level_named(first_of(source, LEVELS)),
        component=str(first_of(source, PLACES) or first_of(source, HOSTS)),
    )


readers.add("elasticsearch")(ElasticsearchLogs())
