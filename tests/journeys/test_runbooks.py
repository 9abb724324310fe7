"""A run from the proposal to the proof before a person's eyes, and the switch that stops it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import expect

from incidents.actions import open_incident
from incidents.actions.opening import Report
from itsm.automation.actions import add_runbook, start_run, working
from itsm.automation.actions.proposing import propose_run
from itsm.automation.gates import probes
from itsm.automation.models import Run
from itsm.people.models import User
from tests.journeys.conftest import Sit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(180),
]
TEXT = """
target: "{host}"
parameters: [{name: host, type: host, required: true}]
steps:
  - {name: Restart it, use: script, with: {command: restart}}
verification: {by: alert, every: 1}
"""


@pytest.fixture
def go(tmp_path: Path, settings: Any) -> Path:
    """What the command waits for, once it has said its first line."""
    settings.RUNBOOK_DIR, settings.DOORBELL = tmp_path, True
    command = tmp_path / "commands" / "restart"
    command.parent.mkdir()
    go = tmp_path / "go"
    command.write_text(
        f"#!/bin/sh\necho stopping the shop\nwhile [ ! -e {go} ]; do sleep 0.1; done\n"
        "echo the shop is up\n"
    )
    command.chmod(0o755)
    return go


@contextmanager
def a_worker() -> Iterator[None]:
    """Somebody who does what is due, as long as this lasts."""
    over: list[bool] = []

    def work() -> None:
        try:
            while not over:
                working.run_owed()
                time.sleep(0.05)
        finally:
            connection.close()

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.append(True)
        thread.join(60)


def test_a_proposed_run_is_let_go_watched_and_verified_and_the_next_one_stopped(
    sit: Sit, alice: User, mona: User, go: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It fires until it is worked on, and is well afterwards.
    monkeypatch.setattr("itsm.automation.selectors.runs.is_healthy_by_alerts", lambda _run: False)
    monkeypatch.setitem(probes._entries, "alert", lambda *_: True)
    runbook = add_runbook(slug="restart", facts={"name": "Restart the shop"}, text=TEXT, actor=mona)
    incident = open_incident(report=Report(title="The shop is down"), actor=alice)
    run = propose_run(
        runbook=runbook, ticket=incident, parameters={"host": "web-1"}, key="j", actor=alice
    )
    person = sit(alice)
    page = person.go_live(f"/incidents/{incident.number}/")

    page.get_by_role("button", name="Restart the shop").click()
    page.wait_for_url(f"**/runs/{run.pk}/")
    with a_worker():
        log = page.locator("[data-run-log]")
        expect(log).to_contain_text("stopping the shop", timeout=30_000)
        expect(page.locator("header .badge").first).to_have_text("Running", timeout=30_000)
        go.touch()
        expect(log).to_contain_text("the shop is up", timeout=30_000)
        expect(log).to_contain_text("Healthy: 3 of 3.", timeout=30_000)
        expect(page.locator("header .badge").first).to_have_text("Verified", timeout=30_000)

        go.unlink()
        second = start_run(
            version=runbook.versions.get(),
            parameters={"host": "web-1"},
            key="k",
            actor=alice,
            ticket=incident,
            origin="person",
        )
        person.go_live(f"/runs/{second.pk}/")
        expect(page.locator("[data-run-log]")).to_contain_text("stopping", timeout=30_000)
        page.get_by_role("link", name="Runs", exact=True).first.click()
        page.get_by_role("link", name="Kill switch").first.click()
        page.get_by_label("Why").fill("It makes things worse.")
        page.get_by_role("button", name="Stop everything").click()
        expect(page.get_by_text("Everything is stopped.").first).to_be_visible()
        person.go_live(f"/runs/{second.pk}/")
        expect(page.locator("header .badge").first).to_have_text("Aborted", timeout=30_000)
    assert Run.objects.get(pk=second.pk).state == "aborted"
