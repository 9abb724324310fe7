"""The product's own numbers, as Prometheus reads them."""

import os

from django.db import connection
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_requests = Counter("steady_http_requests", "Requests answered.", ["method", "status"])
_seconds = Histogram(
    "steady_http_request_seconds",
    "How long answers took.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def note_request(*, method: str, status: int, seconds: float) -> None:
    """Count one answer."""
    _requests.labels(method if method in _METHODS else "other", str(status)).inc()
    _seconds.observe(seconds)


def exposition() -> bytes:
    """All numbers as text; those of every web process where several serve one port."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry) + generate_latest(_with_debts())
    return generate_latest(REGISTRY) + generate_latest(_with_debts())


def debts() -> tuple[int, float, int]:
    """How many deliveries are owed, for how many seconds the oldest, and how many were given up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE given_up_at IS NULL),"
            " coalesce(extract(epoch FROM now() - min(happened_at)"
            "   FILTER (WHERE given_up_at IS NULL)), 0),"
            " count(*) FILTER (WHERE given_up_at IS NOT NULL)"
            " FROM core_delivery JOIN core_event ON core_event.id = core_delivery.event_id"
        )
        owed, oldest, given_up = cursor.fetchone()
    return owed, float(oldest), given_up


class _Debts(Collector):
    """Reads what is owed at the moment it is asked."""

    def collect(self) -> list[GaugeMetricFamily]:
        owed, oldest, given_up = debts()
        numbers = {
            "steady_deliveries_owed": ("Deliveries not yet paid.", owed),
            "steady_oldest_owed_delivery_seconds": ("Age of the oldest one.", oldest),
            "steady_dead_letters": ("Deliveries given up.", given_up),
        }
        return [
            GaugeMetricFamily(name, words, value=value) for name, (words, value) in numbers.items()
        ]


def _with_debts() -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Debts())
    return registry
