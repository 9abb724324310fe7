"""Datadog monitors, by the webhooks integration: our documented template or Datadog's default.

The default payload says the state only in the title: ``[Triggered on {service:checkout}] …``.
"""

import re
from datetime import timedelta
from typing import Any, ClassVar

from itsm.monitoring.payload import Part, fingerprint_of, title_of
from itsm.monitoring.severities import HIGH, WARNING
from itsm.monitoring.sources import FIRING, RESOLVED, Malformed, Reading, Signal, sources

PREFIX = re.compile(r"^\[(?P<state>[A-Za-z][A-Za-z -]*?)(?: on \{(?P<scope>[^}]*)\})?\]\s*")
# Datadog's own marks around Markdown, and whom it was told to tell.
MARKS = re.compile(r"^%%%\s*|\s*%%%$|@webhook-[\w-]+")


@sources.add("datadog")
class Datadog:
    """A Datadog account."""

    quiet_resolve_after: ClassVar[timedelta | None] = None

    def parse(self, payload: Any, *, reading: Reading) -> list[Signal]:
        return [_signal(Part(payload), reading)]


def _signal(event: Part, reading: Reading) -> Signal:
    title = event.require("title").text()
    prefix = PREFIX.match(title)
    state = event["alert_transition"].text() or (prefix["state"] if prefix else "")
    if not state:
        raise Malformed(
            "Neither alert_transition nor a [state] before the title says how it stands.",
            path="$.title",
        )
    name = title[prefix.end() :] if prefix else title
    scope = event["alert_scope"].text() or (prefix["scope"] or "" if prefix else "")
    tags = _tags(f"{scope},{event['tags'].text()}")
    said_at = event.first("date", "last_updated").instant()
    is_over = state.strip().lower().startswith(("recover", "no data recover", "resolv"))
    host = event["hostname"].text() or tags.get("host", "")
    return Signal(
        fingerprint=_fingerprint(event, name, scope),
        status=RESOLVED if is_over else FIRING,
        severity=_severity(event, state, reading),
        title=title_of(name, title),
        description=MARKS.sub("", event["body"].text()).strip(),
        service=tags.get("service", ""),
        component=host,
        labels=tags | _facts(event),
        links=_links(event),
        starts_at=None if is_over else said_at,
        ends_at=said_at if is_over else None,
        said_at=said_at,
        group_key=event["alert_cycle_key"].text(),
    )


def _fingerprint(event: Part, name: str, scope: str) -> str:
    # Not the cycle key: a monitor that fires again within minutes is the same alert come back.
    if alert_id := event["alert_id"].text():
        return fingerprint_of(alert_id, scope)
    return event.first("alert_cycle_key", "aggreg_key").text() or fingerprint_of(name, scope)


def _severity(event: Part, state: str, reading: Reading) -> str:
    if priority := event["alert_priority"].text().strip():
        return reading.severity(priority)
    if "warn" in state.lower():
        return WARNING
    kind = event["alert_type"].text()
    return reading.severity(kind, otherwise=HIGH) if kind != "success" else HIGH


def _tags(text: str) -> dict[str, str]:
    pairs = (each.strip().partition(":") for each in text.split(","))
    return {key: value for key, colon, value in pairs if colon and key}


def _facts(event: Part) -> dict[str, str]:
    names = ("alert_id", "alert_metric", "alert_status", "event_type", "alert_priority")
    return {name: event[name].text() for name in names if event[name]}


def _links(event: Part) -> dict[str, str]:
    link = event["link"].text()
    return {"source": link} if link.startswith(("http://", "https://")) else {}
