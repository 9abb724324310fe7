"""What a post costs in statements: the same for one alert as for five hundred."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from itsm.monitoring.models import Alert, MonitoringSource
from tests.monitoring.conftest import Tool

pytestmark = pytest.mark.django_db


def body_of(count: int, *, status: str = "firing", prefix: str = "a") -> bytes:
    end = "0001-01-01T00:00:00Z" if status == "firing" else "2026-11-22T12:05:00Z"
    return json.dumps(
        [
            {
                "status": status,
                "labels": {
                    "service": "checkout",
                    "severity": "critical",
                    "pod": f"{prefix}{number}",
                },
                "startsAt": "2026-11-22T12:00:00Z",
                "endsAt": end,
                "fingerprint": f"{prefix}{number}",
            }
            for number in range(count)
        ]
    ).encode()


def statements_of(tool: Tool, body: bytes) -> list[str]:
    """What one post asks of the database, the savepoints of the test's transaction left out."""
    # So that the minute's note that the source was heard of is not counted.
    MonitoringSource.objects.update(last_heard_at="2100-01-01T00:00:00Z")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert tool.post(body).status_code == 202
    return [each["sql"] for each in queries if "SAVEPOINT" not in each["sql"]]


def test_a_repeat_costs_a_look_at_the_source_one_at_the_alerts_and_an_update(
    alertmanager: Tool,
) -> None:
    alertmanager.post(body_of(1))

    statements = statements_of(alertmanager, body_of(1))

    assert [each.split()[0] for each in statements] == ["SELECT", "SELECT", "UPDATE"]


@pytest.mark.parametrize("status", ["firing", "resolved"])
@pytest.mark.parametrize("before", ["nothing", "firing", "resolved"])
def test_500_alerts_cost_as_many_statements_as_one(
    alertmanager: Tool, before: str, status: str
) -> None:
    """P18."""
    alertmanager.post(body_of(1, prefix="warm"))
    if before != "nothing":
        alertmanager.post(body_of(1, status=before, prefix="few"))
        alertmanager.post(body_of(500, status=before, prefix="many"))

    few = statements_of(alertmanager, body_of(1, status=status, prefix="few"))
    many = statements_of(alertmanager, body_of(500, status=status, prefix="many"))

    assert len(many) == len(few), "\n".join(many)
    assert Alert.objects.count() == 502
