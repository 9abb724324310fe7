"""Prometheus Alertmanager, by its webhook receiver (payload version 4)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from itsm.integrations.prometheus import signal_of
from itsm.monitoring.payload import Part
from itsm.monitoring.sources import Reading, Signal, sources


@sources.add("alertmanager")
class Alertmanager:
    """An Alertmanager; a bare list is what Prometheus posts to one."""

    quiet_resolve_after: ClassVar[timedelta | None] = None

    def parse(self, payload: Any, *, reading: Reading) -> list[Signal]:
        part = Part(payload)
        if isinstance(payload, list):
            return [signal_of(alert, reading=reading) for alert in part.each()]
        group_key = part["groupKey"].text()
        return [
            replace(signal_of(alert, reading=reading), group_key=group_key)
            for alert in part.require("alerts").each()
        ]
