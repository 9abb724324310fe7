"""From what tools tell to the likely cause on the page of a record."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from changes.actions import Delivered, register_deployment
from incidents.models import Incident
from itsm.core.delivery import deliver_owed
from itsm.core.models import Event
from itsm.evidence import chores, gathering
from itsm.evidence.actions import LOG_SOURCES, make_pack
from itsm.evidence.models import EvidencePack, EvidenceQuery, EvidenceSource
from itsm.inventory.models import ServiceDependency
from itsm.monitoring.actions import create_source
from itsm.people.models import User
from tests.evidence.tools import Heard, Tool, running
from tests.factories import (
    ConfigurationItemFactory,
    IncidentFactory,
    ProblemFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(microsecond=0)


def ago(**span: float) -> str:
    return (NOW - timedelta(**span)).isoformat()


def post(client: Client, slug: str, token: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post(
        f"/hooks/{slug}/", json.dumps(body), content_type="application/json", headers=headers
    )
    assert answer.status_code == 202, answer.content
    return answer.json()


def syslog(text: str, *, program: str, host: str, at: str, **more: Any) -> dict[str, Any]:
    facts = {"MESSAGE": text, "PROGRAM": program, "HOST": host, "ISODATE": at, "PRIORITY": "err"}
    return {**facts, **more}


@pytest.fixture
def shop(db: None) -> Any:
    """A checkout that needs a database, which runs on a host."""
    checkout, database = ServiceFactory(name="checkout"), ServiceFactory(name="orders-db")
    ServiceDependency.objects.create(service=checkout, needed=database)
    ConfigurationItemFactory(name="db01", service=database)
    return checkout


@pytest.fixture
def tool(settings: Any) -> Iterator[Tool]:
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]
    with running() as found:
        yield found


def test_lines_a_deployment_and_an_alert_lead_to_the_database(
    client: Client, shop: Any, alice: User, dana: User
) -> None:
    logs, token = LOG_SOURCES.connect(kind="syslog-ng", name="Syslog", actor=dana)
    alerts, alert_token = create_source(kind="alertmanager", name="Prometheus", actor=dana)
    complaint = 'ERROR could not connect to "orders-db": timeout after 5000 ms'
    checkout = {"_SDATA": {"req@32473": {"service": "checkout"}}}
    lines = [
        syslog("GET /cart 200", program="nginx", host="web01", at=ago(minutes=30), PRIORITY="info"),
        syslog("deployed checkout 2.4.1 by ci", program="deploy", host="web01", at=ago(seconds=78),
               PRIORITY="notice"),
        syslog("FATAL:  remaining connection slots are reserved", program="postgres", host="db01",
               at=ago(seconds=31)),
        syslog(complaint, program="checkout", host="web01", at=ago(seconds=30), **checkout),
        syslog(complaint, program="checkout", host="web02", at=ago(seconds=29), **checkout),
    ]  # fmt: skip
    post(client, logs.slug, token, lines)
    register_deployment(
        delivered=Delivered(
            delivery_id="d1",
            service=shop,
            revision="9fceb02",
            outcome="succeeded",
            started_at=NOW - timedelta(seconds=80),
            finished_at=NOW - timedelta(seconds=78),
        ),
        actor=alice,
    )
    firing = {
        "status": "firing",
        "labels": {"alertname": "ErrorRate", "service": "checkout", "severity": "critical"},
        "annotations": {"summary": "Checkout answers 42% with 5xx"},
        "startsAt": ago(seconds=20),
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "490b2b66d365c87d",
    }
    number = post(
        client, alerts.slug, alert_token, {"version": "4", "status": "firing", "alerts": [firing]}
    )["number"]

    deliver_owed()

    client.force_login(alice)
    page = client.get(f"/incidents/{number}/").content.decode()
    pack = EvidencePack.objects.get()
    assert pack.ticket.number == number
    found = [each["component"] for each in pack.content["causes"]]
    assert found == ["orders-db", "checkout"]
    assert page.index(f'<b class="grow">{found[0]}</b>') < page.index(
        '<b class="grow">checkout</b>'
    )
    assert "FATAL:  remaining connection slots are reserved" in page
    assert "It was the first error of all." in page
    assert "9fceb02 production" in page
    assert '<span class="badge">Succeeded</span>' in page
    assert "deployed checkout 2.4.1 by ci" in page
    event = Event.objects.get(name="incident.evidence_gathered")
    assert event.data["cause"] == found[0]

    deliver_owed()
    chores.look_again()
    assert EvidencePack.objects.count() == 1


def test_metrics_are_drawn_and_what_cannot_be_asked_is_said(
    client: Client, shop: Any, alice: User, tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = timezone.now() - timedelta(minutes=12)

    def answer(heard: Heard) -> tuple[int, Any]:
        if heard.path.startswith("/loki"):
            return 401, {}
        begin, end = float(heard.query["start"]), float(heard.query["end"])
        times = [begin + 15 * each for each in range(int((end - begin) / 15) + 1)]
        is_ill = '"orders-db"' in heard.query["query"]
        rise = began.timestamp() - 60
        values = [
            [each, str((9 if is_ill and each > rise else 1) + (each % 7) / 50)] for each in times
        ]
        result = [{"metric": {}, "values": values}]
        return 200, {"status": "success", "data": {"resultType": "matrix", "result": result}}

    tool.answer = answer
    numbers = EvidenceSource.objects.create(name="Numbers", kind="prometheus", address=tool.address)
    EvidenceQuery.objects.create(
        source=numbers, name="p99", measures="latency", query='p99{service="{service}"}'
    )
    logs = EvidenceSource.objects.create(name="Logs", kind="loki", address=tool.address)
    EvidenceQuery.objects.create(source=logs, name="errors", measures="logs", query='{app="x"}')
    incident = IncidentFactory(service=shop, opened_at=began)
    client.force_login(alice)

    assert client.post(f"/evidence/{incident.number}/").status_code == 302
    deliver_owed()

    page = client.get(f"/evidence/{incident.number}/").content.decode()
    pack = EvidencePack.objects.get()
    assert pack.asked_by == alice
    assert pack.content["causes"][0]["component"] == "orders-db"
    assert '<path d="M0.0 ' in page
    assert re.search(r"p99 of orders-db went from 1\.0\d to (8\.9|9\.0)\d at ", page)
    assert "It refused the credentials (401)." in page
    assert (
        EvidenceSource.objects.get(name="Logs").error == "errors: It refused the credentials (401)."
    )
    assert EvidenceSource.objects.get(name="Numbers").error == ""

    told = client.get(f"/api/v1/evidence-packs/?ticket={incident.number}").json()["results"]
    assert [each["content"]["causes"][0]["component"] for each in told] == ["orders-db"]


def test_queries_are_tried_before_a_trouble_needs_them(
    client: Client, shop: Any, dana: User, tool: Tool
) -> None:
    def answer(heard: Heard) -> tuple[int, Any]:
        if "boom" in heard.query["query"]:
            return 400, {"status": "error", "error": "parse error"}
        assert '"checkout"' in heard.query["query"] or '"orders-db"' in heard.query["query"]
        result = [{"metric": {}, "values": [[1, "1"]]}]
        return 200, {"status": "success", "data": {"resultType": "matrix", "result": result}}

    tool.answer = answer
    source = EvidenceSource.objects.create(name="Numbers", kind="prometheus", address=tool.address)
    for name, query in (("p99", 'p99{service="{service}"}'), ("broken", "boom(")):
        EvidenceQuery.objects.create(source=source, name=name, measures="latency", query=query)
    client.force_login(dana)
    address = f"/admin/evidence/evidencesource/{source.pk}"
    assert f'action="{address}/try/"' in client.get(f"{address}/change/").content.decode()

    page = client.post(f"{address}/try/", follow=True).content.decode()

    assert re.search(r"P99 \((checkout|orders-db)\): 1 series, 0 lines in the last hour\.", page)
    assert "parse error" in page
    assert not EvidencePack.objects.exists()


def test_a_pack_is_never_changed_nor_deleted(shop: Any, alice: User) -> None:
    incident = IncidentFactory(service=shop)
    pack = EvidencePack.objects.create(
        ticket=incident, why="asked", began_at=NOW, since=NOW, until=NOW, content={}
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        EvidencePack.objects.update(content={"causes": []})
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidencePack.objects.all().delete()
    assert EvidencePack.objects.get().content == pack.content


def test_only_urgent_incidents_are_looked_into_unasked_and_only_where_something_is_known(
    shop: Any, alice: User, tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "PATIENCE", 5.0)
    tool.answer = lambda _heard: (503, {})
    old = timezone.now() - timedelta(minutes=20)
    calm = IncidentFactory(service=shop, impact=3, urgency=3, priority=5, opened_at=old)
    urgent = IncidentFactory(service=shop, opened_at=old)

    chores.look_again()
    assert not EvidencePack.objects.exists()

    source = EvidenceSource.objects.create(name="Numbers", kind="prometheus", address=tool.address)
    EvidenceQuery.objects.create(source=source, name="up", measures="other", query="up")
    chores.look_again()
    chores.look_again()

    pack = EvidencePack.objects.get()
    assert (pack.ticket_id, pack.why) == (urgent.pk, "later")
    assert pack.content["missing"] == [{"source": "Numbers", "why": "up: It answered 503: {}"}]
    assert not EvidencePack.objects.filter(ticket=calm).exists()


def test_what_is_confidential_stays_so(client: Client, shop: Any, alice: User, erin: User) -> None:
    incident = IncidentFactory(service=shop, confidential=True, assignee=alice)
    EvidencePack.objects.create(
        ticket=incident, why="asked", began_at=NOW, since=NOW, until=NOW, content={}
    )
    client.force_login(erin)

    assert client.get(f"/evidence/{incident.number}/").status_code == 404
    assert client.post(f"/evidence/{incident.number}/").status_code == 404
    assert client.get("/api/v1/evidence-packs/").json()["results"] == []
    assert Incident.objects.get().evidence_packs.count() == 1


def test_a_problem_shows_what_is_known_of_its_incidents(
    client: Client, shop: Any, alice: User
) -> None:
    problem = ProblemFactory(service=shop)
    incident = IncidentFactory(service=shop, problem=problem)
    pack = make_pack(ticket=incident, why="asked")
    assert pack is not None
    client.force_login(alice)

    page = client.get(f"/problems/{problem.number}/").content.decode()
    assert f"/evidence/{problem.number}/" in page
    assert "Nothing stands out." in page

    client.post(f"/evidence/{problem.number}/")
    deliver_owed()
    asked = EvidencePack.objects.get(ticket=problem.pk)
    assert asked.began_at == pack.began_at
