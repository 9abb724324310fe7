"""Grafana alerting, by its webhook contact point: Alertmanager's shape with more links."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from itsm.integrations.prometheus import signal_of
from itsm.monitoring.payload import Part
from itsm.monitoring.sources import Reading, Signal, sources


@sources.add("grafana")
class Grafana:
    """A Grafana with unified alerting."""

    quiet_resolve_after: ClassVar[timedelta | None] = None

    def parse(self, payload: Any, *, reading: Reading) -> list[Signal]:
        part = Part(payload)
        group_key = part["groupKey"].text()
        return [
            replace(_with_values(alert, reading), group_key=group_key)
            for alert in part.require("alerts").each()
        ]


def _with_values(alert: Part, reading: Reading) -> Signal:
    signal = signal_of(alert, reading=reading)
    if signal.description:
        return signal
    return replace(signal, description=alert["valueString"].text())
