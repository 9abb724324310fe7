"""A failure that cascades, as Alertmanager tells it: what fires when, and what it posts; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any


@dataclass(frozen=True)
class Wave:
    """One condition: from which part of the storm until which it fires (None: on and on)."""

    begins: float
    ends: float | None
    alertname: str
    severity: str
    service: str
    component: str
    summary: str


CASCADE = (
    Wave(0.00, 0.70, "DatabaseLatencyHigh", "high", "payments", "payments-db",
         "payments-db answers slowly: p95 2.4 s"),
    Wave(0.08, 0.72, "PaymentErrorsHigh", "critical", "payments", "payments-eu-1",
         "7 % of card payments fail"),
    Wave(0.10, 0.72, "PaymentErrorsHigh", "critical", "payments", "payments-eu-2",
         "9 % of card payments fail"),
    Wave(0.16, 0.76, "CheckoutErrorsHigh", "critical", "checkout", "checkout-eu-1",
         "Checkout fails for 12 % of customers"),
    Wave(0.18, 0.76, "CheckoutErrorsHigh", "critical", "checkout", "checkout-eu-2",
         "Checkout fails for 15 % of customers"),
    Wave(0.20, 0.78, "CheckoutErrorsHigh", "critical", "checkout", "checkout-eu-3",
         "Checkout fails for 11 % of customers"),
    Wave(0.30, 0.55, "PodRestarting", "warning", "checkout", "checkout-eu-1",
         "checkout-eu-1 restarted 3 times in 5 minutes"),
    Wave(0.33, 0.60, "PodRestarting", "warning", "checkout", "checkout-eu-2",
         "checkout-eu-2 restarted 3 times in 5 minutes"),
    Wave(0.36, 0.65, "PodRestarting", "warning", "checkout", "checkout-eu-3",
         "checkout-eu-3 restarted 4 times in 5 minutes"),
    Wave(0.42, 0.85, "TillsOffline", "high", "tills", "till-berlin-04",
         "Card payments fail at 31 of 84 shops"),
    Wave(0.50, None, "OrderQueueLong", "high", "orders", "orders-queue",
         "2,300 orders wait for confirmation"),
)  # fmt: skip
NAMES = tuple(dict.fromkeys(wave.alertname for wave in CASCADE))


def posts(*, share: float, began: datetime, length: timedelta) -> Iterator[dict[str, Any]]:
    """What Alertmanager would send of each group at this part of the storm."""
    for name in NAMES:
        begun = [each for each in CASCADE if each.alertname == name and each.begins <= share]
        if begun:
            yield _post(name, begun, share=share, began=began, length=length)


def _post(
    name: str, waves: list[Wave], *, share: float, began: datetime, length: timedelta
) -> dict[str, Any]:
    alerts = [_alert(each, share=share, began=began, length=length) for each in waves]
    is_firing = any(each["status"] == "firing" for each in alerts)
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{name}"}}',
        "status": "firing" if is_firing else "resolved",
        "receiver": "steady",
        "groupLabels": {"alertname": name},
        "commonLabels": {"alertname": name},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.test",
        "alerts": alerts,
    }


def _alert(wave: Wave, *, share: float, began: datetime, length: timedelta) -> dict[str, Any]:
    labels = {
        "alertname": wave.alertname,
        "severity": wave.severity,
        "service": wave.service,
        "instance": wave.component,
    }
    is_over = wave.ends is not None and share >= wave.ends
    ends_at = (began + length * (wave.ends or 0)).isoformat() if is_over else "0001-01-01T00:00:00Z"
    return {
        "status": "resolved" if is_over else "firing",
        "labels": labels,
        "annotations": {"summary": wave.summary},
        "startsAt": (began + length * wave.begins).isoformat(),
        "endsAt": ends_at,
        "generatorURL": "http://prometheus.example.test/graph",
        "fingerprint": sha256(f"{wave.alertname} {wave.component}".encode()).hexdigest()[:16],
    }
