"""The real Prometheus, with an hour of numbers in it, asked for the cause of an incident."""

import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from itsm.evidence.actions import make_pack
from itsm.evidence.models import EvidenceQuery, EvidenceSource
from itsm.inventory.models import ServiceDependency
from tests.factories import IncidentFactory, ServiceFactory
from tests.programs import needs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.timeout(120),
    needs("prometheus", "promtool"),
]
BEGAN = timezone.now() - timedelta(minutes=5)
STEP = 15


def openmetrics() -> str:
    """An hour of latencies: the database's jumps a minute before the trouble, the shop's after.

    The cache's rises as it did at the same hour of the day before.
    """
    lines = ["# TYPE latency_seconds gauge"]
    for service, usual, jump, delay in (("shop", 0.2, 0.9, -30), ("db", 0.05, 0.75, -60)):
        for place in range(60 * 60 // STEP):
            at = BEGAN.timestamp() - 3300 + place * STEP
            is_ill = at >= BEGAN.timestamp() + delay
            value = usual * (1 + (place % 5) / 50) + (jump if is_ill else 0)
            lines.append(f'latency_seconds{{service="{service}"}} {value:.4f} {at:.0f}')
    for begins in (BEGAN.timestamp() - 24 * 60 * 60, BEGAN.timestamp()):
        for place in range(60 * 60 // STEP):
            at = begins - 3300 + place * STEP
            value = 0.35 if at >= begins - 60 else 0.05
            lines.append(f'latency_seconds{{service="cache"}} {value} {at:.0f}')
    return "\n".join([*lines, "# EOF", ""])


@pytest.fixture
def prometheus(tmp_path: Path, settings: Any) -> Iterator[str]:
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]
    (tmp_path / "numbers.txt").write_text(openmetrics())
    (tmp_path / "prometheus.yml").write_text("global: {}\n")
    data = str(tmp_path / "data")
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics"]
    subprocess.run([*command, str(tmp_path / "numbers.txt"), data], check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen(
        [
            "prometheus",
            f"--config.file={tmp_path}/prometheus.yml",
            f"--storage.tsdb.path={data}",
            f"--web.listen-address={place}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until_ready(place, process)
    yield f"http://{place}"
    process.kill()
    process.wait()


def wait_until_ready(place: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        try:
            if httpx.get(f"http://{place}/-/ready").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    pytest.fail("Prometheus did not start.")


def test_prometheus_tells_which_service_it_was_and_what_is_wrong_with_a_query(
    prometheus: str,
) -> None:
    shop, database = ServiceFactory(name="shop"), ServiceFactory(name="db")
    for needed in (database, ServiceFactory(name="cache")):
        ServiceDependency.objects.create(service=shop, needed=needed)
    source = EvidenceSource.objects.create(name="Numbers", kind="prometheus", address=prometheus)
    for name, query in (
        ("latency", 'avg_over_time(latency_seconds{service="{service}"}[15s])'),
        ("typing error", "rate(latency_seconds["),
    ):
        EvidenceQuery.objects.create(source=source, name=name, measures="latency", query=query)
    incident = IncidentFactory(service=shop, opened_at=BEGAN)

    pack = make_pack(ticket=incident, why="begun")

    assert pack is not None
    first, *_others = pack.content["causes"]
    assert first["component"] == "db"
    (rose,) = [each for each in first["reasons"] if each["name"] == "rose"]
    assert abs(rose["since"] - (BEGAN.timestamp() - 60)) <= 2 * STEP
    assert rose["became"] == pytest.approx(0.8, abs=0.02)
    assert "cache" not in {each["component"] for each in pack.content["causes"]}
    assert any(each["day_before"] for each in pack.content["charts"]) is False
    (missing,) = pack.content["missing"]
    assert missing["why"].startswith("typing error: It answered 400: ")
