"""From lines of logs, a deployment and an alert to an article that spares the next report."""

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from incidents.models import Incident
from itsm.core.delivery import deliver_owed
from itsm.evidence.actions import LOG_SOURCES
from itsm.inventory.models import Service, ServiceDependency
from itsm.monitoring.actions import create_source
from itsm.people.models import User
from knowledge.models import Version
from problems import chores
from problems.models import Problem, ProblemCandidate
from tests.factories import (
    ChangeFactory,
    ConfigurationItemFactory,
    IncidentFactory,
    ServiceFactory,
)
from tests.integrations.payloads import Payload, folders, payloads_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# By the root of the payloads: the service that fails, its database, and the host of that.
NAMES = {
    "integrations": ("billing", "ledger-db", "pg-2"),
    "payloads": ("checkout", "orders-db", "db01"),
}


class Chain:
    """What the tools of a folder send, and the person who works on what comes of it."""

    def __init__(self, folder: Path, clock: Any, agent: User, admin: User) -> None:
        self.name, self.database, host = NAMES[folder.parent.name]
        self.service: Service = ServiceFactory(name=self.name)
        database = ServiceFactory(name=self.database)
        ServiceDependency.objects.create(service=self.service, needed=database)
        ConfigurationItemFactory(name=host, service=database)
        self.lines = payloads_in(folder)
        self.alert = payloads_in(folder.parent / "alertmanager")[0]
        self.clock, self.agent, self.admin = clock, agent, admin
        self.client = Client()
        self.client.force_login(agent)

    def post(self, payload: Payload, slug: str, token: str) -> Any:
        """Post as the tool did."""
        answer = Client().post(
            payload.path_with(slug, token),
            data=payload.body,
            content_type=payload.content_type,
            headers=payload.headers_with(token),
        )
        assert answer.status_code == 202, answer.content
        return answer.json()

    def ask(self, method: str, address: str, body: Any = None) -> Any:
        """Ask the API."""
        given = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
        answer = getattr(self.client, method)(f"/api/v1/{address}", **given)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    def page(self, address: str) -> str:
        """What stands on a page, as a person reads it."""
        return html.unescape(self.client.get(address).content.decode())

    def send(self, address: str, **given: str) -> Any:
        """Send a form."""
        answer = self.client.post(address, given)
        assert answer.status_code == 302, html.unescape(answer.content.decode())
        return answer

    def trouble(self) -> Incident:
        """The lines arrive, the deployment is told of, the alert opens an incident."""
        source, token = LOG_SOURCES.connect(kind="syslog-ng", name="Syslog", actor=self.admin)
        for each in self.lines:
            self.post(each, source.slug, token)
        at = datetime.fromtimestamp(float(json.loads(self.lines[-1].body)["unixtime"]), tz=UTC)
        body = {
            "delivery_id": "ci-1",
            "service": self.name,
            "revision": "9fceb02d0ae5",
            "outcome": "succeeded",
            "started_at": (at - timedelta(seconds=20)).isoformat(),
            "finished_at": at.isoformat(),
        }
        self.ask("post", "deployments/", body)
        alerts, token = create_source(kind="alertmanager", name="Prometheus", actor=self.admin)
        number = self.post(self.alert, alerts.slug, token)["number"]
        deliver_owed()
        return Incident.objects.get(number=number)


@pytest.fixture(params=folders("syslog-ng"), ids=lambda folder: str(folder.parent.name))
def chain(request: Any, db: None, alice: User, dana: User) -> Iterator[Chain]:
    """The tools of a folder, a moment after the last line was sent."""
    sent = [float(json.loads(each.body)["unixtime"]) for each in payloads_in(request.param)]
    with time_machine.travel(datetime.fromtimestamp(max(sent) + 25, tz=UTC), tick=False) as clock:
        yield Chain(request.param, clock, alice, dana)


def counted(trouble: Incident, opened_by: User) -> None:
    """The same trouble five times in two weeks, after months of others."""
    at, facts = trouble.opened_at, {"opened_by": opened_by, "at_state": "closed"}
    for each in range(40):
        began = at - timedelta(days=20 + each)
        IncidentFactory(title=f"Trouble {chr(97 + each % 20)}", opened_at=began, **facts)
    for each in range(1, 6):
        title, began = re.sub(r"\d", str(each), trouble.title), at - 2 * each * DAY
        ended = began + timedelta(hours=1)
        IncidentFactory(
            title=title, opened_at=began, resolved_at=ended, service=trouble.service, **facts
        )


def problem_of_candidate(chain: Chain, trouble: Incident) -> Problem:
    """What was counted is accepted on its page, and its likely cause taken into the analysis."""
    chores.find_candidates()
    candidate = ProblemCandidate.objects.get()
    assert trouble.title in chain.page("/problems/candidates/")
    chain.send(f"/problems/candidates/{candidate.pk}/", word="accept")
    problem = Problem.objects.get()
    trouble.refresh_from_db()
    assert (trouble.problem_id, problem.incidents_of_problem.count()) == (problem.pk, 6)
    address = f"/problems/{problem.number}/"
    form = chain.page(address).partition(f'action="{address}causes/"')[2].partition("</form>")[0]
    pack, component = re.findall(r'name="(?:pack|component)" value="([^"]+)"', form)
    for _twice in range(2):
        chain.send(f"{address}causes/", pack=pack, component=component)
    row = problem.findings.get()
    assert (row.label, row.method) == (chain.database, "ishikawa")
    assert "It was the first error of all." in row.text
    assert f"Evidence of {trouble.number}." in row.text
    return problem


def fixed(chain: Chain, problem: Problem, trouble: Incident) -> None:
    """What helps lets the incident go on; what it waits for then is the change."""
    address = f"/problems/{problem.number}/do"
    wait = {"reason": "awaiting_problem", "ticket": problem.number}
    chain.send(f"{address}/assess/")
    chain.send(f"{address}/confirm/")
    chain.send(f"/incidents/{trouble.number}/do/hold/", **wait)
    chain.send(
        f"{address}/publish_workaround/",
        workaround="Restart the pooler.",
        caller_summary="Payments fail with an error",
        caller_advice="Wait a minute, then pay again.",
    )
    trouble.refresh_from_db()
    assert trouble.state == "in_progress"
    assert "Restart the pooler." in chain.page(f"/incidents/{trouble.number}/")

    chain.send(f"/incidents/{trouble.number}/do/hold/", **wait)
    chain.send(f"{address}/fix/", cause="The pool has fewer places than the database has clients.")
    change = ChangeFactory(at_state="review", outcome="ok", service=chain.service)
    chain.send(f"/problems/{problem.number}/fixes/", change=change.number)
    solved = {"notes": "A larger pool.", "observe_days": "10"}
    assert chain.client.post(f"{address}/resolve/", solved).status_code == 409
    chain.ask("post", f"changes/{change.number}/close/", {"code": "successful", "notes": "Well."})
    chain.send(f"{address}/resolve/", **solved)
    trouble.refresh_from_db()
    assert (trouble.state, trouble.resolution_code) == ("resolved", "resolved_by_problem")


def published(chain: Chain, problem: Problem, judge: User) -> Version:
    """An article drafted from the problem says what its record says; another person judges it."""
    address = f"/knowledge/new/?ticket={problem.number}&kind=known_error"
    assert address in chain.page(f"/problems/{problem.number}/")
    form = chain.page(address)
    body = form.partition('name="body"')[2].partition(">")[2].partition("</textarea>")[0]
    for words in (problem.cause, "Wait a minute, then pay again.", "A larger pool."):
        assert f"- {words} ({problem.number})" in body
    chain.send(
        "/knowledge/new/",
        ticket=problem.number,
        kind="known_error",
        title="Payments fail with an error",
        summary="Wait a minute, then pay again.",
        body=body,
        audience="public",
        owner_team="platform",
        language="en",
        do="submit",
    )
    version = Version.objects.get()
    assert version.article.uses.get().ticket_id == problem.pk
    approval = version.reviews.get().approvals.get()
    other = Client()
    other.force_login(judge)
    other.post(
        f"/approvals/{approval.pk}/vote/",
        {"word": "approved", "seen": approval.snapshot_hash, "back": "/knowledge/"},
    )
    version.refresh_from_db()
    assert version.state == "published"
    return version


def shown_while_typing(person: User, version: Version) -> Client:
    """Somebody types a report, and is shown the article before it is sent."""
    browser = Client()
    browser.force_login(person)
    page = browser.get("/portal/suggest/?q=my payments fail&to=report").content.decode()
    assert f"/portal/knowledge/{version.article.number}/" in page
    return browser


def check_measures(chain: Chain, version: Version, begin: datetime) -> None:
    """Two days later: of two who were shown the article, one reported nothing."""
    chain.clock.shift(2 * DAY)
    chain.client.force_login(chain.agent)
    span = f"start={begin:%Y-%m-%dT%H:%M:%SZ}&end={begin + 3 * DAY:%Y-%m-%dT%H:%M:%SZ}"
    measured = chain.ask("get", f"measures/deflection/?{span}")["now"]
    assert (measured["count"], measured["value"]) == (2, 0.5)
    told = chain.ask("get", "knowledge-measures/?days=30")
    assert (told["shown"], told["deflected"]) == (2, 1)
    (by_article,) = told["articles"]
    assert (by_article["number"], by_article["deflected"]) == (version.article.number, 1)


def test_a_trouble_is_understood_fixed_and_written_down_for_the_next_who_has_it(
    chain: Chain, alice: User, bob: User, charlie: User, frank: User, platform: Any
) -> None:
    trouble = chain.trouble()
    page = chain.page(f"/incidents/{trouble.number}/")
    named = re.findall(r'<b class="grow">([^<]+)</b>', page)
    assert named[0] == chain.database
    assert json.loads(chain.lines[2].body)["MESSAGE"] in page
    assert "9fceb02d0ae5" in page

    counted(trouble, alice)
    problem = problem_of_candidate(chain, trouble)
    fixed(chain, problem, trouble)
    problem.refresh_from_db()
    version = published(chain, problem, bob)

    shown_while_typing(charlie, version)
    browser = shown_while_typing(frank, version)
    browser.post("/portal/report/", {"title": "Payments fail all the same", "urgency": "2"})
    assert Incident.objects.filter(caller=frank).exists()
    check_measures(chain, version, trouble.opened_at - DAY)

    chores.close_quiet()
    problem.refresh_from_db()
    assert problem.state == "resolved"
    chain.clock.shift(9 * DAY)
    chores.close_quiet()
    problem.refresh_from_db()
    assert (problem.state, problem.resolution_code) == ("closed", "fix_applied")
