"""The executors of real tools, with the real tools; each is skipped where its tool is missing."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from itsm.approvals.models import Approval
from itsm.automation.actions import start_run
from itsm.automation.executors import Outcome, Work, executors
from itsm.automation.models import Run
from itsm.core.delivery import deliver_owed
from itsm.people.models import User
from tests.factories import IncidentFactory
from tests.programs import needs
from tests.runbooks.conftest import Write, done
from tests.runbooks.test_executors import HOSTILE

PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - copy:
        dest: "{{ out }}/heard"
        content: "{{ {'host': host, 'token': lookup('env', 'TOKEN')} | to_json }}"
    - copy:
        dest: "{{ out }}/line"
        content: "{{ host }}"
"""


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Path:
    """The operator's directory."""
    settings.RUNBOOK_DIR = tmp_path
    for each in ("playbooks", "manifests", "terraform"):
        (tmp_path / each).mkdir()
    return tmp_path


def work(place: Path, settings: dict[str, Any], **more: Any) -> Work:
    parameters = {"out": str(place), **more.pop("parameters", {})}
    given = {"secrets": {"TOKEN": "planted-4711"}, "timeout": timedelta(minutes=2), **more}
    return Work(run=1, key="k", settings=settings, parameters=parameters, **given)


def run(use: str, wanted: Work) -> tuple[Outcome, str]:
    said: list[str] = []
    outcome = executors[use].run(wanted, said.append)
    return outcome, "\n".join(said)


@needs("ansible-playbook")
def test_ansible_takes_what_it_is_told_for_data(place: Path) -> None:
    (place / "playbooks" / "tell.yml").write_text(PLAY)
    nasty = " ".join(HOSTILE) + " {{ lookup('pipe', 'touch " + str(place) + "/owned') }}"

    wanted = work(place, {"playbook": "tell.yml"}, parameters={"host": nasty})
    outcome, said = run("ansible", wanted)

    assert outcome.word == "succeeded", said
    assert outcome.facts["changed"] == 2
    assert json.loads((place / "heard").read_text()) == {"host": nasty, "token": "planted-4711"}
    assert (place / "line").read_text() == nasty
    assert not (place / "owned").exists()
    assert "planted-4711" not in said


@needs("ansible-playbook")
def test_ansible_shows_first_and_says_when_it_fails(place: Path) -> None:
    text = (
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - copy: {dest: %s/x, content: hello}\n"
    )
    (place / "playbooks" / "put.yml").write_text(text % place)
    (place / "playbooks" / "fail.yml").write_text(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - fail: {msg: quota exceeded}\n"
    )

    plan = executors["ansible"].plan(work(place, {"playbook": "put.yml", "has_check": True}))
    failure, said = run("ansible", work(place, {"playbook": "fail.yml"}))

    assert plan is not None
    assert "changed=1" in plan.text
    assert not (place / "x").exists()
    assert failure.word == "failed"
    assert failure.facts["failed"] == 1
    assert "quota exceeded" in said
    assert run("ansible", work(place, {"playbook": "none.yml"}))[0].word == "failed"


CONFIGURATION = """
variable "host" { type = string }
variable "out" { type = string }
resource "terraform_data" "environment" { input = var.host }
output "host" { value = terraform_data.environment.output }
output "secret" {
  value     = "planted-4711"
  sensitive = true
}
"""


@needs("terraform")
def test_terraform_applies_what_was_planned_and_nothing_else(place: Path) -> None:
    directory = place / "terraform" / "environment"
    directory.mkdir()
    (directory / "main.tf").write_text(CONFIGURATION)
    settings = {"configuration": "environment", "workspace": "REQ-1"}
    nasty = '${file("/etc/passwd")} $(id)'
    wanted = work(place, settings, parameters={"host": nasty})

    plan = executors["terraform"].plan(wanted)
    assert plan is not None
    assert "1 to add" in plan.text
    stale = work(place, settings, parameters={"host": "other"}, planned=plan.facts)
    assert run("terraform", stale)[0].word == "failed"
    outcome, said = run(
        "terraform", work(place, settings, parameters={"host": nasty}, planned=plan.facts)
    )

    assert outcome.word == "succeeded", said
    assert outcome.facts == {"host": nasty}
    again = executors["terraform"].plan(wanted)
    assert again is not None
    assert "No changes" in again.text


LEAVE = """
target: "{host}"
parameters:
  - {name: host, type: text, required: true}
  - {name: out, type: text, required: true}
steps:
  - {use: approval, name: Agree to the plan}
  - use: terraform
    with: {configuration: environment, workspace: "{ticket}"}
"""


@needs("terraform")
@pytest.mark.django_db
def test_somebody_agrees_to_a_plan_of_terraform_and_that_plan_is_applied(
    place: Path, write: Write, alice: User, dana: User, client: Client
) -> None:
    directory = place / "terraform" / "environment"
    directory.mkdir()
    (directory / "main.tf").write_text(CONFIGURATION)
    version, incident = write(LEAVE), IncidentFactory()
    client.force_login(dana)

    def planned(key: str) -> Run:
        told = {"host": "web-1", "out": str(place)}
        run = start_run(
            version=version, parameters=told, key=key, actor=alice, ticket=incident, origin="person"
        )
        run = done(run)
        deliver_owed()
        assert "terraform_data.environment" in run.plan
        return run

    def agree(run: Run, plan: str) -> int:
        address = f"/api/v1/runs/{run.pk}/approve/"
        return client.post(address, {"plan": plan}, content_type="application/json").status_code

    drifted = planned("test:1")
    assert agree(drifted, "0" * 64) == 409
    assert agree(drifted, drifted.plan_hash) == 200
    (directory / "main.tf").write_text(CONFIGURATION.replace("var.host", '"another"'))
    drifted = done(drifted)
    assert drifted.state == "failed"
    assert "no longer what was planned" in drifted.why

    agreed = planned("test:2")
    assert agree(agreed, drifted.plan_hash) == 409
    assert agree(agreed, agreed.plan_hash) == 200
    agreed = done(agreed)
    assert agreed.state == "verified", agreed.why
    assert agreed.steps.get(use="terraform").facts == {"host": "another"}
    leave = Approval.objects.get(purpose=f"run-{agreed.pk}-0")
    assert (leave.state, leave.snapshot["plan"]) == ("approved", agreed.plan_hash)


@needs("puppet")
def test_puppet_applies_a_manifest_and_reports_what_it_changed(place: Path) -> None:
    manifest = "file { \"${facts['out']}/heard\": content => $facts['host'] }\n"
    (place / "manifests" / "tell.pp").write_text(manifest)
    nasty = "$(id) ; rm {{ x }} ${facts['out']} --flag"
    wanted = work(place, {"manifest": "tell.pp"}, parameters={"host": nasty})

    first, said = run("puppet", wanted)
    second, _said = run("puppet", wanted)

    assert first.word == "succeeded", said
    assert (place / "heard").read_text() == nasty
    assert (first.facts["changed"], second.facts["changed"]) == (True, False)
    assert os.environ.get("TOKEN") is None
    taken = run("puppet", work(place, {"manifest": "tell.pp"}, parameters={"name": "x"}))[0]
    assert (taken.word, "name" in taken.why) == ("failed", True)
