"""Splunk saved searches, by the built-in webhook action, which never says that it is over."""

from datetime import timedelta
from typing import Any, ClassVar

from itsm.monitoring.payload import Part, fingerprint_of, title_of
from itsm.monitoring.sources import FIRING, Reading, Signal, sources


@sources.add("splunk")
class Splunk:
    """A Splunk; its alerts clear when the search has found nothing for a while."""

    quiet_resolve_after: ClassVar[timedelta | None] = timedelta(minutes=30)

    def parse(self, payload: Any, *, reading: Reading) -> list[Signal]:
        alert = Part(payload)
        name = alert.require("search_name").text()
        row = alert["result"]
        result = {} if row.value in (None, "") else _result(row)
        service, host = result.get("service", ""), result.get("host", "")
        link = alert["results_link"].text()
        return [
            Signal(
                # One search that finds the same service on another host found the same thing.
                fingerprint=fingerprint_of(name, service or host),
                status=FIRING,
                severity=reading.severity(result.get("severity", "")),
                title=title_of(name),
                description=result.get("message") or result.get("_raw", ""),
                service=service,
                component=host,
                labels=result | {"search_name": name, "app": alert["app"].text()},
                links={"results": link} if link.startswith(("http://", "https://")) else {},
                starts_at=row["_time"].instant() if result else None,
            )
        ]


def _result(row: Part) -> dict[str, str]:
    """The first row found; a field with several values is a list of texts."""
    table = row.value if isinstance(row.value, dict) else row.texts()
    return {
        key: ", ".join(each.text() for each in row[key].each())
        if isinstance(value, list)
        else row[key].text()
        for key, value in table.items()
    }
