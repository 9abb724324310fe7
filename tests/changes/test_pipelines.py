"""What pipelines do to changes: open them, show evidence, move them, and what they may not do."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changes.chores import let_lapse
from changes.models import Change, Deployment, Evidence, Window
from incidents.models import Incident
from itsm.approvals.models import Approval, Rule
from itsm.core.models import Event
from itsm.people.actions import issue_token
from itsm.people.roles import Role
from tests.factories import ChangeFactory, UserFactory
from tests.integrations.pipelines import Tool

pytestmark = pytest.mark.django_db

SHA = "4b1d6f0c2e7a9835d0f1a2b3c4d5e6f708192a3b"
SECRET = "hunter2"


@pytest.fixture
def tool() -> Tool:
    return Tool.of("delivery")


def change_of(answer: Any) -> Change:
    return Change.objects.get(number=answer.json()["number"])


def deployment(outcome: str, **more: Any) -> dict[str, Any]:
    return {"event": "deployment", "id": "42", "outcome": outcome, "revision": SHA, **more}


def evidence(outcome: str, **more: Any) -> dict[str, Any]:
    told = {"event": "evidence", "id": "t-1", "kind": "tests", "outcome": outcome}
    return {**told, "revision": SHA, **more}


def send(tool: Tool, *told: dict[str, Any], **headers: str) -> Any:
    return tool.post(json.dumps(list(told)), **headers)


def test_a_deployment_goes_the_whole_road_of_a_standard_change(tool: Tool) -> None:
    begun = send(tool, deployment("running"))
    assert begun.json()["state"] == "implement"

    ended = send(tool, deployment("succeeded"))

    change = change_of(ended)
    assert (change.state, change.outcome, change.type) == ("review", "ok", "standard")
    assert change.opened_by == tool.pipeline.bot
    names = Event.objects.filter(subject_type="change", subject_id=change.pk).order_by("pk")
    told = [each.name.removeprefix("change.") for each in names]
    begins = ["opened", "submitted", "deployed", "permit_issued", "permit_consumed", "started"]
    assert told == [*begins, "deployed", "completed"]


def test_evidence_that_came_before_is_the_changes(tool: Tool) -> None:
    send(tool, evidence("passed"))
    assert Evidence.objects.get().change is None

    change = change_of(send(tool, deployment("running")))

    assert Evidence.objects.get().change == change


def test_another_environment_is_registered_and_moves_nothing(tool: Tool) -> None:
    answer = send(tool, deployment("succeeded", environment="qa"))

    assert answer.json()["number"] is None
    assert Deployment.objects.get().environment == "test"
    assert not Change.objects.exists()


def test_what_is_deployed_in_a_freeze_is_unauthorised_and_reviewed(tool: Tool) -> None:
    now = timezone.now()
    Window.objects.create(
        sort="freeze", name="Fair", starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1),
    )  # fmt: skip
    begun = send(tool, deployment("running"))
    assert begun.json()["state"] == "scheduled"

    change = change_of(send(tool, deployment("succeeded")))

    assert (change.state, change.type, change.outcome) == ("review", "unauthorised", "ok")
    assert "Fair" in change.close_notes
    assert change.tasks.filter(sort="review").exists()
    assert Event.objects.filter(name="change.bypassed", subject_id=change.pk).exists()


@pytest.mark.parametrize("has_lapsed", [True, False])
def test_a_change_whose_time_passed_is_planned_anew_when_it_is_delivered(
    tool: Tool, has_lapsed: bool
) -> None:
    told = {"event": "change", "title": "Deploy", "revision": SHA}
    change = change_of(send(tool, told))

    with time_machine.travel(timezone.now() + timedelta(days=1)):
        if has_lapsed:
            let_lapse()
        begun = send(tool, deployment("running"))

    assert (begun.json()["number"], begun.json()["state"]) == (change.number, "implement")


def test_another_artifact_than_the_one_that_was_judged_is_unauthorised(tool: Tool) -> None:
    told = {"event": "change", "title": "Deploy", "revision": SHA, "artifact_digest": "sha256:a"}
    assert send(tool, told).json()["state"] == "scheduled"

    change = change_of(send(tool, deployment("succeeded", artifact_digest="sha256:b")))

    assert (change.state, change.type) == ("review", "unauthorised")


def test_without_a_template_a_change_waits_for_people() -> None:
    tool = Tool.of("delivery", template=None)

    answer = send(tool, {"event": "change", "title": "Deploy 2.4", "revision": SHA})

    assert (change_of(answer).type, answer.json()["state"]) == ("normal", "new")


@pytest.mark.parametrize("told", [{"needs_people": True}, {"irreversible": True}])
def test_what_goes_beyond_the_template_is_asked_of_people(tool: Tool, told: Any) -> None:
    answer = send(tool, {"event": "change", "title": "Deploy 2.4", "revision": SHA, **told})

    change = change_of(answer)
    assert (change.type, change.state) == ("normal", "assess")
    assert change.implementation_plan == "As always."
    assert Approval.objects.filter(ticket=change.pk, state="requested").count() == 1


def test_a_standard_change_that_turns_out_to_destroy_goes_to_people(tool: Tool) -> None:
    told = {"event": "change", "title": "Deploy 2.4", "revision": SHA}
    assert send(tool, told).json()["state"] == "scheduled"

    again = send(tool, {**told, "irreversible": True})

    change = change_of(again)
    assert (change.type, change.state, change.irreversible) == ("normal", "assess", True)
    assert Change.objects.count() == 1


def test_no_rule_grants_by_itself_what_failed_evidence_speaks_against(tool: Tool) -> None:
    for purpose in ("assess", "authorize"):
        Rule.objects.create(kind="change", purpose=purpose, name="All is well", outcome="approve")
    send(tool, evidence("failed"))

    change = change_of(send(tool, {"event": "change", "title": "Deploy", "revision": SHA}))

    assert change.state == "assess"
    assert Approval.objects.get(ticket=change.pk).state == "requested"


def test_a_rule_grants_by_itself_what_nothing_speaks_against(tool: Tool) -> None:
    for purpose in ("assess", "authorize"):
        Rule.objects.create(kind="change", purpose=purpose, name="All is well", outcome="approve")

    told = {"event": "change", "title": "Deploy", "revision": SHA, "needs_people": True}
    change = change_of(send(tool, told))

    assert change.state == "scheduled"


def test_what_is_asked_for_and_missing_is_denied_at_the_gate() -> None:
    tool = Tool.of("delivery", required_evidence=["tests"])
    told = {"event": "change", "title": "Deploy", "revision": SHA}
    change = change_of(send(tool, told))
    assert _gate_on(change)["verdict"] == "deny"

    send(tool, evidence("passed"))

    assert _gate_on(change)["verdict"] == "allow"


def test_the_latest_of_a_kind_and_name_counts(tool: Tool) -> None:
    change = change_of(send(tool, {"event": "change", "title": "Deploy", "revision": SHA}))
    send(tool, evidence("failed", at="2026-11-22T10:00:00Z"))
    assert _gate_on(change)["verdict"] == "deny"

    send(tool, evidence("passed", id="t-2", at="2026-11-22T11:00:00Z"))
    send(tool, evidence("failed", id="t-0", at="2026-11-22T09:00:00Z"))

    assert _gate_on(change)["verdict"] == "allow"


def _gate_on(change: Change) -> Any:
    alice = UserFactory(role=Role.AGENT)
    api = Client(headers={"Authorization": f"Bearer {issue_token(user=alice, name='x')[1]}"})
    return api.post(
        "/api/v1/gate/", {"change": change.number}, content_type="application/json"
    ).json()


@pytest.mark.parametrize(
    ("settings", "opens"),
    [
        ({}, 0),
        ({"opens_on_merge": True}, 1),
        ({"opens_on_merge": True, "branch": "main"}, 1),
        ({"opens_on_merge": True, "branch": "release"}, 0),
    ],
)
def test_a_merge_opens_a_change_where_the_rule_says_so(settings: Any, opens: int) -> None:
    tool = Tool.of("github", **settings)
    body = {
        "pull_request": {
            "id": 1,
            "number": 4,
            "title": "Round half up",
            "merged": True,
            "merge_commit_sha": SHA,
            "base": {"ref": "main"},
        },
        "repository": {"name": "checkout", "default_branch": "main"},
    }

    tool.post(json.dumps(body), **{"X-GitHub-Event": "pull_request"})

    assert Change.objects.count() == opens
    assert Evidence.objects.get().kind == "commit"


def test_lead_time_counts_from_the_first_commit_since_the_deployment_before() -> None:
    tool = Tool.of("github")

    def push(sha: str, *times: str) -> None:
        body = {
            "ref": "refs/heads/main",
            "after": sha,
            "commits": [{"id": "x", "timestamp": each} for each in times],
            "head_commit": {"message": "Work"},
            "repository": {"name": "checkout", "default_branch": "main"},
        }
        tool.post(json.dumps(body), **{"X-GitHub-Event": "push"})

    def deploy(number: int, sha: str) -> None:
        body = {
            "deployment": {"id": number, "sha": sha, "ref": "main", "environment": "production"},
            "deployment_status": {"state": "success", "created_at": "2026-11-22T20:00:00Z"},
            "repository": {"name": "checkout", "full_name": "acme/checkout"},
        }
        tool.post(json.dumps(body), **{"X-GitHub-Event": "deployment_status"})

    push("a" * 40, "2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z")
    deploy(1, "a" * 40)
    push("b" * 40, "2026-11-21T10:00:00Z")
    push("c" * 40, "2026-11-22T10:00:00Z", "2026-11-22T12:00:00Z")
    deploy(2, "c" * 40)

    spans = Deployment.objects.order_by("pk").values_list("first_commit_at", "last_commit_at")
    assert list(spans) == [
        (datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 20, 11, tzinfo=UTC)),
        (datetime(2026, 11, 21, 10, tzinfo=UTC), datetime(2026, 11, 22, 12, tzinfo=UTC)),
    ]


@pytest.mark.parametrize("kind", ["terraform", "terraform-cloud"])
def test_no_value_of_a_plan_is_ever_stored(kind: str) -> None:
    tool = Tool.of(kind)
    change = {"actions": ["create"], "after": {"password": SECRET}}
    resource = {"address": "a.b", "mode": "managed", "type": "a", "name": "b", "change": change}
    plan = {
        "format_version": "1.2",
        "variables": {"key": {"value": SECRET}},
        "resource_changes": [resource],
    }

    tool.post(json.dumps(plan))
    tool.post(json.dumps({**plan, "resource_changes": [{"change": SECRET}]}))
    tool.post(f'{{"variables": "{SECRET}"')

    assert SECRET not in _everything()


def _everything() -> str:
    """All the text in the tables of changes and events."""
    with connection.cursor() as cursor:
        tables = [each for each in connection.introspection.table_names(cursor)
                  if each.startswith(("changes_", "core_event", "tickets_"))]  # fmt: skip
        found = []
        for table in tables:
            cursor.execute(f'SELECT row_to_json(each)::text FROM "{table}" AS each')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_what_fails_opens_one_incident_where_the_rule_says_so() -> None:
    tool = Tool.of("delivery", failures_open_incidents=True)
    send(tool, evidence("passed", id="0", name="unit"))
    send(tool, evidence("failed", id="1", name="unit", url="https://ci.example/1"))
    send(tool, evidence("failed", id="2", name="unit"))
    send(tool, evidence("failed", id="3", name="browser"))
    send(tool, deployment("failed"))

    incidents = Incident.objects.order_by("pk")

    assert [each.title for each in incidents] == [
        "delivery: unit failed",
        "delivery: browser failed",
        "delivery: deployment to production failed",
    ]
    first = incidents[0]
    assert first.service == tool.pipeline.service
    assert "https://ci.example/1" in first.description
    assert first.opened_by == tool.pipeline.bot


def test_what_fails_opens_no_incident_of_itself(tool: Tool) -> None:
    send(tool, evidence("failed"), deployment("failed"))

    assert not Incident.objects.exists()


def test_an_address_that_is_none_is_not_shown(tool: Tool) -> None:
    send(tool, evidence("passed", url="javascript:alert(1)"), deployment("running", url="ftp://x"))

    assert Evidence.objects.get().url == ""
    assert Deployment.objects.get().url == ""


def test_the_page_of_a_change_shows_evidence_and_deployments(tool: Tool) -> None:
    send(tool, evidence("failed", name="unit tests", url="https://ci.example/1"))
    change = change_of(send(tool, deployment("running", url="https://ci.example/2")))
    client = Client()
    client.force_login(UserFactory(role=Role.AGENT))

    page = client.get(f"/changes/{change.number}/").content.decode()

    assert 'href="https://ci.example/1"' in page
    assert 'href="https://ci.example/2"' in page
    assert "unit tests" in page


@pytest.mark.parametrize("count", [1, 12])
def test_a_change_with_much_evidence_costs_as_many_statements(tool: Tool, count: int) -> None:
    change = ChangeFactory()
    for number in range(count):
        Evidence.objects.create(
            change=change, pipeline=tool.pipeline, kind="tests", name=f"t{number}",
            delivery_id=f"x:{number}",
        )  # fmt: skip
        Deployment.objects.create(change=change, delivery_id=f"y:{number}")
    client = Client()
    client.force_login(UserFactory(role=Role.AGENT))
    client.get(f"/changes/{change.number}/")

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/changes/{change.number}/")

    asked = [each["sql"] for each in queries if "changes_evidence" in each["sql"]]
    deployed = [each["sql"] for each in queries if "changes_deployment" in each["sql"]]
    assert (len(asked), len(deployed)) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_posts_about_one_run_open_one_change() -> None:
    tool = Tool.of("delivery")
    told = [{"event": "change", "title": f"Deploy {each}", "run": "118"} for each in range(8)]
    codes: list[int] = []

    def post(each: dict[str, Any]) -> None:
        codes.append(send(tool, each).status_code)
        connection.close()

    threads = [threading.Thread(target=post, args=[each]) for each in told]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert codes == [202] * len(told)
    assert Change.objects.count() == 1
