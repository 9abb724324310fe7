"""The dashboard tells what is done by itself, and each number opens its rows."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from itsm.automation.models import Breaker, Firing, Rule, Run
from itsm.people.models import User
from problems.models import ProblemCandidate
from tests.factories import IncidentFactory
from tests.runbooks.conftest import RESTART, Remembering, Write, remembering, write

pytestmark = pytest.mark.django_db
__all__ = ["remembering", "write"]  # pytest finds them here
ROW = re.compile(r'<dd><a href="([^"]+)"[^>]*><strong>([^<]+)</strong>')


def insight(client: Client, **headers: Any) -> dict[str, str]:
    page = client.get("/", headers=headers).content.decode()
    part = page[page.index('data-part="insight"') :].split("</section>")[0]
    assert ("data-later" in part) is (not headers)
    return dict(ROW.findall(part))


def test_each_number_is_what_it_opens(
    client: Client, write: Write, remembering: Remembering, alice: User, charlie: User
) -> None:
    cache.clear()
    version, now = write(RESTART), timezone.now()
    rule = Rule.objects.create(slug="r", name="Tidy up")
    ticket = IncidentFactory()
    Firing.objects.create(rule=rule, ticket=ticket, outcome="acted", saved_minutes=90)
    for place, state in enumerate(("verified", "verified", "failed", "skipped")):
        Run.objects.create(
            runbook=version.runbook,
            version=version,
            key=f"test:{place}",
            target=f"web-{place}",
            origin="healing",
            requested_by=alice,
            ticket=ticket,
            state=state,
            worked_at=None if state == "skipped" else now - timedelta(minutes=9),
            ended_at=now - timedelta(minutes=5),
        )
    for state, title, at in (("open", "Disk is full", None), ("rejected", "A drill", now)):
        ProblemCandidate.objects.create(
            by="fingerprint", shared=title, title=title, count=8, state=state, decided_at=at
        )
    Breaker.objects.create(runbook=None, state="open", opened_at=now - timedelta(hours=1))
    client.force_login(alice)

    assert insight(client) == {}  # counted later, when the page stands
    told = insight(client, **{"X-Parts": "insight"})

    assert told["/measures/hours-saved/rows/"] == "1.5 h"
    assert told["/measures/runs-verified/rows/"] == "66.7 %"
    assert told["/measures/open-breakers/rows/"] == "1"
    assert told["/measures/open-candidates/rows/"] == "1"
    assert len(told) == 6
    counts = {each: client.get(each).context["count"] for each in told}
    assert counts["/measures/runs-verified/rows/"] == 3
    assert counts["/measures/open-breakers/rows/"] == 1
    assert counts["/measures/hours-saved/rows/"] == 1
    rows = client.get("/measures/open-breakers/rows/").content.decode()
    assert "Healing as a whole" in rows
    rows = client.get("/measures/open-candidates/rows/").content.decode()
    assert "Disk is full" in rows
    assert "A drill" not in rows
