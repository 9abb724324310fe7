"""Prometheus without an Alertmanager between: what it posts to ``…/api/v2/alerts``."""

from datetime import timedelta
from typing import Any, ClassVar

from itsm.monitoring.payload import Part, fingerprint_of_labels, title_of
from itsm.monitoring.sources import FIRING, RESOLVED, Reading, Signal, sources

COMPONENTS = ("pod", "host", "node", "instance")
# Labels that change while the condition stays the same, or that only say which twin evaluated it.
VOLATILE = frozenset({"value", "prometheus_replica", "__replica__"})
# Prometheus tells for fifteen minutes that an alert is over; a little more for skewed clocks.
LONGEST_TOLD = timedelta(minutes=20)
URLS = ("generatorURL", "silenceURL", "dashboardURL", "panelURL")


@sources.add("prometheus")
class Prometheus:
    """A Prometheus server that takes us for its Alertmanager."""

    quiet_resolve_after: ClassVar[timedelta | None] = None

    def parse(self, payload: Any, *, reading: Reading) -> list[Signal]:
        part = Part(payload)
        alerts = part.require("alerts") if isinstance(payload, dict) else part
        return [signal_of(alert, reading=reading) for alert in alerts.each()]


def signal_of(alert: Part, *, reading: Reading) -> Signal:
    """The signal in one alert of the shape that Prometheus, Alertmanager and Grafana share."""
    labels, annotations = alert.require("labels").texts(), alert["annotations"].texts()
    starts_at, ends_at = alert["startsAt"].instant(), alert["endsAt"].instant()
    is_over = _is_over(alert, reading)
    name = labels.get("alertname", "")
    return Signal(
        fingerprint=alert["fingerprint"].text() or identity_of(labels),
        status=RESOLVED if is_over else FIRING,
        severity=reading.severity(labels.get("severity", "")),
        title=title_of(annotations.get("summary", ""), annotations.get("title", ""), name),
        description=annotations.get("description") or annotations.get("message", ""),
        service=labels.get("service", ""),
        component=next((labels[each] for each in COMPONENTS if labels.get(each)), ""),
        labels=labels,
        links=_links(alert, annotations),
        starts_at=starts_at,
        ends_at=ends_at if is_over else None,
        said_at=(ends_at if is_over else starts_at) if starts_at is not None else None,
    )


def identity_of(labels: dict[str, str]) -> str:
    """The identity of an alert that brings no fingerprint: its labels without the volatile ones."""
    return fingerprint_of_labels(
        {key: value for key, value in labels.items() if key not in VOLATILE}
    )


def _is_over(alert: Part, reading: Reading) -> bool:
    # Each alert's own word; the word at the top speaks of the group.
    if status := alert["status"].text().strip().lower():
        return status == RESOLVED
    ends_at = alert["endsAt"].instant()
    # An end longer ago than Prometheus ever tells of comes from a clock that is wrong; taking it at
    # its word would lose every alert of that server.
    return ends_at is not None and timedelta(0) <= reading.now - ends_at <= LONGEST_TOLD


def _links(alert: Part, annotations: dict[str, str]) -> dict[str, str]:
    links = {name.removesuffix("URL"): alert[name].text() for name in URLS}
    links["runbook"] = annotations.get("runbook_url", "")
    links["dashboard"] = links["dashboard"] or annotations.get("dashboard_url", "")
    return {name: url for name, url in links.items() if url.startswith(("http://", "https://"))}
