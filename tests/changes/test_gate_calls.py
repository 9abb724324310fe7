"""Pipelines that wait for the gate: answered once, at a named host, and not for ever."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.utils import timezone

from changes import chores
from changes.actions import cancel
from changes.models import Change, GateCall, Window
from itsm.approvals.actions import vote
from itsm.approvals.models import Approval
from itsm.core import http
from itsm.core.delivery import deliver_owed
from itsm.people.roles import Role
from tests.factories import IncidentFactory, UserFactory
from tests.integrations.pipelines import Tool

pytestmark = pytest.mark.django_db(transaction=True)

CALLBACK = "https://api.github.com/repos/acme/billing/actions/runs/502/deployment_protection_rule"
TASK = "https://app.terraform.io/api/v2/task-results/1/callback"
PLAN = "https://app.terraform.io/api/v2/plans/plan-1/json-output"
SHA = "4b1d6f0c2e7a9835d0f1a2b3c4d5e6f708192a3b"
GITHUB = {"X-GitHub-Event": "deployment_protection_rule"}


class Net:
    """The other side: what was called, and what it answers."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.answers: dict[str, httpx.Response] = {}

    def call(self, method: str, url: str, **how: Any) -> httpx.Response:
        self.calls.append({"method": method, "url": url, **how})
        return self.answers.get(url, httpx.Response(204))

    def to(self, url: str) -> list[dict[str, Any]]:
        """The calls of this address."""
        return [each for each in self.calls if each["url"] == url]


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Net:
    found = Net()
    monkeypatch.setattr(http, "call", found.call)
    return found


def protection_rule(**more: Any) -> str:
    return json.dumps(
        {
            "environment": "production",
            "deployment_callback_url": CALLBACK,
            "deployment": {"id": 77, "sha": SHA, "ref": "main", "environment": "production"},
            "repository": {"name": "billing", "full_name": "acme/billing"},
            **more,
        }
    )


def run_task(**more: Any) -> str:
    return json.dumps(
        {
            "access_token": "one-answer-token",
            "stage": "post_plan",
            "plan_json_api_url": PLAN,
            "run_id": "run-1",
            "run_message": "More workers",
            "run_app_url": "https://app.terraform.io/app/acme/billing/runs/run-1",
            "task_result_callback_url": TASK,
            "workspace_name": "billing",
            **more,
        }
    )


def plan_of(*actions: str, type_: str = "aws_instance") -> httpx.Response:
    change = {"actions": list(actions), "after": {"password": "hunter2"}}
    resource = {"address": f"{type_}.x", "mode": "managed", "type": type_, "name": "x"}
    return httpx.Response(
        200, json={"format_version": "1.2", "resource_changes": [{**resource, "change": change}]}
    )


def test_what_may_go_is_answered_once(net: Net) -> None:
    tool = Tool.of("github", answer_token="app-token")

    assert tool.post(protection_rule(), **GITHUB).status_code == 202
    deliver_owed()
    tool.post(protection_rule(), **GITHUB)
    tool.post(protection_rule(again=True), **GITHUB)
    deliver_owed()

    (sent,) = net.to(CALLBACK)
    assert sent["method"] == "POST"
    assert sent["headers"]["Authorization"] == "Bearer app-token"
    assert sent["json"]["environment_name"] == "production"
    assert sent["json"]["state"] == "approved"
    assert GateCall.objects.get().sent_at is not None


def test_a_host_nobody_named_is_never_called(net: Net) -> None:
    tool = Tool.of("github", answer_hosts=[])

    answer = tool.post(protection_rule(), **GITHUB)
    deliver_owed()

    assert answer.status_code == 202
    assert net.calls == []
    call = GateCall.objects.get()
    assert (call.sent_at, bool(call.error)) == (None, True)


@pytest.mark.parametrize(
    "address",
    [
        "https://api.github.com.evil.example/x",
        "https://api.github.com@evil.example/x",
        "https://evil.example/api.github.com",
        "http://api.github.com/x",
        "file:///etc/passwd",
        "nonsense",
    ],
)
def test_an_address_that_only_looks_like_a_named_host_is_not_called(net: Net, address: str) -> None:
    tool = Tool.of("github")

    tool.post(protection_rule(deployment_callback_url=address), **GITHUB)
    deliver_owed()

    assert net.calls == []


def test_a_freeze_is_waited_for_and_then_it_may_go(net: Net) -> None:
    tool = Tool.of("github")
    now = timezone.now()
    Window.objects.create(
        sort="freeze", name="Fair", starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )  # fmt: skip
    tool.post(protection_rule(), **GITHUB)
    deliver_owed()
    assert net.calls == []
    assert GateCall.objects.get().why

    with time_machine.travel(now + timedelta(hours=2)):
        chores.let_nobody_wait_for_ever()
        deliver_owed()

    assert [each["json"]["state"] for each in net.calls] == ["approved"]


def test_what_nobody_allows_in_time_is_refused(net: Net) -> None:
    tool = Tool.of("github", template=None, answer_within=timedelta(hours=2))
    tool.post(protection_rule(), **GITHUB)
    deliver_owed()
    assert net.calls == []

    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        chores.let_nobody_wait_for_ever()
        chores.let_nobody_wait_for_ever()
        deliver_owed()

    assert [each["json"]["state"] for each in net.calls] == ["rejected"]


def test_a_canceled_change_stops_whoever_waits(net: Net) -> None:
    tool = Tool.of("github", template=None)
    number = tool.post(protection_rule(), **GITHUB).json()["number"]

    cancel(Change.objects.get(number=number), actor=tool.pipeline.bot, reason="Not today.")
    deliver_owed()

    assert [each["json"]["state"] for each in net.calls] == ["rejected"]
    assert "Not today." in net.calls[0]["json"]["comment"]


def test_an_answer_that_did_not_get_through_is_sent_again(
    net: Net, capfd: pytest.CaptureFixture[str]
) -> None:
    tool = Tool.of("github", answer_token="hunter2")
    net.answers[CALLBACK] = httpx.Response(502)
    tool.post(protection_rule(), **GITHUB)
    deliver_owed()
    assert "hunter2" not in capfd.readouterr().err
    assert GateCall.objects.get().sent_at is None

    net.answers.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        deliver_owed()
        deliver_owed()

    assert len(net.to(CALLBACK)) == 2
    assert GateCall.objects.get().sent_at is not None


def test_a_run_task_reads_the_plan_before_it_lets_it_go(net: Net) -> None:
    tool = Tool.of("terraform-cloud")
    net.answers[PLAN] = plan_of("create")

    assert tool.post(run_task()).status_code == 200
    deliver_owed()

    assert net.to(PLAN)[0]["headers"]["Authorization"] == "Bearer one-answer-token"
    (sent,) = net.to(TASK)
    assert sent["method"] == "PATCH"
    assert sent["json"]["data"]["attributes"]["status"] == "passed"
    assert sent["headers"]["Authorization"] == "Bearer one-answer-token"
    call = GateCall.objects.get()
    assert call.token == ""
    assert call.change.evidence.get().facts["add"] == 1
    assert "hunter2" not in json.dumps(call.change.evidence.get().facts)


def test_a_plan_that_destroys_data_waits_for_people(net: Net) -> None:
    tool = Tool.of("terraform-cloud")
    net.answers[PLAN] = plan_of("delete", type_="aws_db_instance")
    number = tool.post(run_task()).json()["number"]
    deliver_owed()
    change = Change.objects.get(number=number)
    assert (change.type, change.state, change.risk_band) == ("normal", "assess", "high")
    assert net.to(TASK) == []

    chores.say_that_they_wait()
    assert [each["json"]["data"]["attributes"]["status"] for each in net.to(TASK)] == ["running"]

    for role in (Role.AGENT, Role.MANAGER):
        voter = UserFactory(role=role)
        asked = Approval.objects.get(ticket=change.pk, state="requested")
        vote(approval=asked, actor=voter, word="approved")
    deliver_owed()

    assert Change.objects.get(number=number).state == "scheduled"
    assert net.to(TASK)[-1]["json"]["data"]["attributes"]["status"] == "passed"


@pytest.mark.parametrize("hosts", [["app.terraform.io"], ["elsewhere.example"]])
def test_a_plan_that_cannot_be_read_is_never_let_go(net: Net, hosts: list[str]) -> None:
    tool = Tool.of("terraform-cloud", answer_hosts=hosts)
    net.answers[PLAN] = httpx.Response(200, json={"what": "is this"})

    tool.post(run_task())
    deliver_owed()

    assert GateCall.objects.get().answer == "rejected"
    said = [each["json"]["data"]["attributes"]["status"] for each in net.to(TASK)]
    assert said == (["failed"] if "app.terraform.io" in hosts else [])


def test_an_open_major_incident_holds_a_pipeline_back(net: Net) -> None:
    tool = Tool.of("github")
    IncidentFactory(service=tool.pipeline.service, priority=1)

    tool.post(protection_rule(), **GITHUB)
    deliver_owed()

    assert net.calls == []
    assert GateCall.objects.get().answer == "waiting"
