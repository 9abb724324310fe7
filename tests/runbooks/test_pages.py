"""Runbooks and runs, by the pages and endpoints people and programs use."""

import json
from typing import Any

import pytest
from django.test import Client

from incidents.models import Incident
from itsm.automation.actions import start_run, working
from itsm.automation.actions.proposing import propose_run
from itsm.automation.executors import unknown
from itsm.automation.models import Run, Runbook, RunbookSecret
from itsm.core.models import Event
from itsm.people.actions import issue_token
from itsm.people.models import User
from tests.factories import IncidentFactory
from tests.runbooks.conftest import RESTART, Remembering, Write, done

pytestmark = pytest.mark.django_db

FORM = {"name": "Restart", "policy": "suggest", "cooldown": "5", "is_active": "on", "text": RESTART}
PLANTED = "planted-4711"


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def incident() -> Incident:
    return IncidentFactory(title="Checkout is down")


def test_a_runbook_is_written_and_mistakes_are_told_where_they_are(
    remembering: Remembering, mona: User
) -> None:
    browser = browser_of(mona)

    wrong = browser.post("/runbooks/new/", {**FORM, "slug": "restart", "text": "steps: []"})
    assert wrong.status_code == 422
    assert b"steps: say at least one." in wrong.content
    assert browser.post("/runbooks/new/", {**FORM, "slug": "restart"}).status_code == 302
    edited = {**FORM, "text": RESTART.replace("restart}", "reload}")}
    browser.post("/runbooks/restart/edit/", edited)

    runbook = Runbook.objects.get()
    page = browser.get("/runbooks/restart/").content.decode()
    assert [each.number for each in runbook.versions.all()] == [2, 1]
    assert not runbook.is_mutating  # a box that is not ticked
    assert "Version 2" in page
    assert "reload" in page


def test_a_secret_goes_in_and_never_comes_out(
    write: Write, remembering: Remembering, mona: User, dana: User
) -> None:
    write()
    browser = browser_of(mona)
    headers = {"Authorization": f"Bearer {issue_token(user=mona, name='t')[1]}"}
    browser.post("/runbooks/restart/secrets/", {"name": "TOKEN", "value": PLANTED})

    shown = [
        browser.get("/runbooks/restart/").content,
        browser.get("/runbooks/restart/edit/").content,
        Client().get("/api/v1/runbooks/restart/secrets/", headers=headers).content,
        json.dumps(list(Event.objects.values_list("data", flat=True))).encode(),
    ]

    assert RunbookSecret.objects.get().value == PLANTED
    assert [each for each in shown if PLANTED.encode() in each] == []
    assert b"TOKEN" in shown[0]
    browser.post("/runbooks/restart/secrets/", {"remove": "TOKEN"})
    assert not RunbookSecret.objects.exists()


def test_an_agent_runs_a_runbook_for_an_incident_and_says_what_became_of_it(
    write: Write, remembering: Remembering, alice: User, incident: Incident
) -> None:
    write()
    browser = browser_of(alice)
    remembering.answers = [unknown("no answer")]
    listed = browser.get(f"/runbooks/?ticket={incident.number}").content.decode()
    assert f"/runbooks/restart/run/?ticket={incident.number}" in listed

    refused = browser.post("/runbooks/restart/run/", {"host": "web 1; id"})
    assert refused.status_code == 422
    form = {"host": "web-1", "ticket": incident.number, "once": "4711"}
    first = browser.post("/runbooks/restart/run/", form)
    again = browser.post("/runbooks/restart/run/", form)
    assert first["Location"] == again["Location"]
    run = done(Run.objects.get())

    page = browser.get(first["Location"]).content.decode()
    assert "It took effect" in page
    assert "done to" in page
    browser.post(f"{first['Location']}done/")
    assert done(run).state == "verified"
    told = browser.get(f"/incidents/{incident.number}/").content.decode()
    assert "has done Restart on web-1" in told


def test_a_proposed_run_is_let_go_from_the_page_of_its_incident(
    write: Write, remembering: Remembering, alice: User, incident: Incident
) -> None:
    run = propose_run(
        runbook=write().runbook,
        ticket=incident,
        parameters={"host": "web-1"},
        key="p",
        actor=alice,
    )
    browser = browser_of(alice)

    page = browser.get(f"/incidents/{incident.number}/").content.decode()
    assert f'action="/runs/{run.pk}/accept/"' in page
    assert 'Run it<span class="sr">: Restart</span>' in page
    assert browser.post(f"/runs/{run.pk}/accept/").status_code == 302
    assert done(run).state == "verified"


def test_a_log_is_read_on_from_its_last_line_without_loss(
    write: Write, remembering: Remembering, alice: User
) -> None:
    version = write()
    run = start_run(version=version, parameters={"host": "web-1"}, key="log", actor=alice)
    browser = browser_of(alice)
    run.lines.model.objects.bulk_create(
        run.lines.model(run=run, text=f"line {count}") for count in range(1200)
    )

    last, heard = "0", []
    while True:
        text = browser.get(f"/runs/{run.pk}/lines/?after={last}").content.decode()
        lines = [each.split("</code>")[0] for each in text.split("<code>")[1:]]
        if not lines:
            break
        heard += lines
        last = text.rsplit('data-line="', 1)[1].split('"')[0]

    assert heard == [f"line {count}" for count in range(1200)]


def test_the_switch_is_pressed_by_anybody_who_runs_and_seen_on_every_page_of_runs(
    write: Write, remembering: Remembering, alice: User, mona: User
) -> None:
    write()
    browser_of(alice).post("/runs/stop/", {"word": "press", "reason": "It deletes things."})

    pages = [browser_of(mona).get(each).content.decode() for each in ("/runs/", "/runs/stop/")]
    assert all("Everything is stopped." in each and "It deletes things." in each for each in pages)
    assert browser_of(alice).post("/runs/stop/", {"word": "release"}).status_code == 403
    browser_of(mona).post("/runs/stop/", {"word": "release"})
    names = Event.objects.filter(name__startswith="kill_switch.").values_list("name", "actor")
    assert list(names) == [
        ("kill_switch.pressed", alice.pk),
        ("kill_switch.released", mona.pk),
    ]


def test_a_program_has_a_runbook_run_once_for_its_key(
    write: Write, remembering: Remembering, alice: User
) -> None:
    write()
    headers = {"Authorization": f"Bearer {issue_token(user=alice, name='t')[1]}"}

    def post(path: str, body: Any) -> Any:
        address = f"/api/v1/{path}"
        return Client().post(address, body, content_type="application/json", headers=headers)

    body = {"runbook": "restart", "parameters": {"host": "web-1"}, "key": "deploy-7"}
    ids = {post("runs/", body).json()["id"] for _time in range(2)}
    wrong = post("runs/", {**body, "key": "x", "parameters": {"host": "$(id)"}})
    working.run_owed()

    assert len(ids) == 1
    assert len(remembering.done) == 1
    assert wrong.status_code == 400
    assert "host" in wrong.json()["errors"]
    lines = Client().get(f"/api/v1/runs/{ids.pop()}/lines/", headers=headers).json()
    assert "done to" in json.dumps(lines)


def test_a_run_of_a_confidential_record_is_kept_from_others(
    write: Write, remembering: Remembering, alice: User, erin: User
) -> None:
    secret = IncidentFactory(confidential=True, assignee=alice)
    run = start_run(
        version=write(), parameters={"host": "web-1"}, key="k", actor=alice, ticket=secret
    )

    assert browser_of(alice).get(f"/runs/{run.pk}/").status_code == 200
    assert browser_of(erin).get(f"/runs/{run.pk}/").status_code == 404
    assert b"web-1" not in browser_of(erin).get("/runs/").content


@pytest.mark.parametrize(
    ("path", "most"), [("/runs/", 10), ("/runs/?show=over", 10), ("/runbooks/", 10)]
)
def test_a_list_costs_the_same_for_many_rows(
    write: Write,
    remembering: Remembering,
    alice: User,
    django_assert_max_num_queries: Any,
    path: str,
    most: int,
) -> None:
    for count in range(5):
        version = write(slug=f"restart-{count}")
        start_run(
            version=version,
            parameters={"host": f"web-{count}"},
            key=str(count),
            actor=alice,
            origin="healing" if count % 2 else "person",
        )
    working.run_owed()
    browser = browser_of(alice)

    with django_assert_max_num_queries(most):
        assert browser.get(path).status_code == 200
