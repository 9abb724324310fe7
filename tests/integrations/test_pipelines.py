"""Each captured payload of a delivery tool gives the outcome it lists, once, and only signed."""

from pathlib import Path
from typing import Any

import pytest

from changes.gate import Verdict
from changes.gathering import decision_for
from changes.models import Change, Deployment, Evidence, GateCall, PipelinePost
from changes.pipelines import pipelines
from itsm.approvals.models import Approval
from itsm.core.models import Event
from itsm.inventory.models import ComponentCandidate
from tests.integrations.payloads import Payload, folders, payloads_in
from tests.integrations.pipelines import Tool, counts

pytestmark = pytest.mark.django_db

TOOLS = ("github", "gitlab", "jenkins", "argocd", "terraform", "terraform-cloud", "delivery")
FOLDERS = [
    pytest.param(folder, id=f"{folder.parent.name}-{tool}")
    for tool in TOOLS
    for folder in folders(tool)
]
STATES = {
    "implementing": ("implement", "running", ""),
    "implemented": ("review", "succeeded", "ok"),
    "failed": ("review", "failed", "failed"),
}
Before = dict[str, int]


def nothing(before: Before, answer: Any, _payload: Payload) -> None:
    assert counts() == before
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 0


def opened(before: Before, answer: Any, payload: Payload) -> None:
    change = Change.objects.get(number=answer.json()["number"])
    assert counts()["Change"] == before["Change"] + 1
    risk = payload.expect.get("risk", "").partition(":")[0]
    assert risk in ("", change.risk_band)
    assert payload.expect.get("diff", "").partition(" (")[0] in change.title
    assert change.state == ("assess" if risk == "high" else "scheduled")


def proposed(before: Before, answer: Any, payload: Payload) -> None:
    assert counts() == before
    assert answer.status_code == 202
    told = str(list(ComponentCandidate.objects.values()))
    assert "terraform_data.database" in told
    assert "not-a-real-key" in payload.body.decode()
    assert "not-a-real-key" not in told + str(list(PipelinePost.objects.values()))


def moved(before: Before, answer: Any, payload: Payload) -> None:
    word = payload.expect["state"].partition(" (")[0]
    state, deployed, outcome = STATES[word]
    change = Change.objects.get(number=answer.json()["number"])
    assert (change.state, change.outcome) == (state, outcome)
    assert change.type == "standard"
    deployment = Deployment.objects.get(change=change)
    assert deployment.outcome == deployed
    assert deployment.service == change.service
    assert "second" not in payload.expect["state"] or counts() == before


def shown(before: Before, answer: Any, payload: Payload) -> None:
    evidence = Evidence.objects.latest("pk")
    assert answer.status_code == 202
    assert counts()["Evidence"] == before["Evidence"] + 1
    assert payload.body.decode().find(evidence.revision) >= 0
    if "failed" in payload.expect["outcome"]:
        assert evidence.outcome == "failed"
    if "passed" in payload.expect["outcome"]:
        assert evidence.outcome == "passed"


def accepted(_before: Before, answer: Any, _payload: Payload) -> None:
    assert answer.status_code in (200, 202)


def asked(before: Before, answer: Any, payload: Payload) -> None:
    assert answer.status_code == (200 if payload.tool == "terraform-cloud" else 202)
    assert counts()["GateCall"] == before["GateCall"] + 1
    call = GateCall.objects.get()
    assert call.change.number == answer.json()["number"]
    assert call.answer_url in payload.body.decode()


def approval_asked(_before: Before, answer: Any, _payload: Payload) -> None:
    change = Change.objects.get(number=answer.json()["number"])
    assert change.state == "assess"
    assert Approval.objects.filter(ticket=change.pk, state="requested").exists()


def same(before: Before, answer: Any, _payload: Payload) -> None:
    assert counts()["Change"] == before["Change"]
    change = Change.objects.get(number=answer.json()["number"])
    assert change.evidence.filter(kind="plan").count() == 2
    assert change.risk_band == "high"


def check_for(outcome: str) -> Any:
    """What is to be true after a payload with this outcome."""
    exact = {
        "200, nothing created": nothing,
        "none": nothing,
        "no change needed": nothing,
        "CMDB import candidates": proposed,
        "ignore or evidence": accepted,
        "change.update": moved,
        "change.gate": asked,
        "approval requested": approval_asked,
        "same as the show file": same,
    }
    if outcome in exact:
        return exact[outcome]
    return opened if outcome.startswith("change.open") else shown


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_captured_payload_gives_the_outcome_it_lists_and_only_once(folder: Path) -> None:
    tool = Tool.of(payloads_in(folder)[0].tool)
    for payload in payloads_in(folder):
        before = counts()
        first = tool.send(payload)

        assert first.status_code in (200, 202), (payload.event, first.content)
        check_for(payload.expect["outcome"])(before, first, payload)

        # Whoever replays a body may well choose another id for it.
        before, events = counts(), Event.objects.count()
        again = tool.send(payload, headers={"X-GitHub-Delivery": "another", "Idempotency-Key": "k"})
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert (counts(), Event.objects.count()) == (before, events), payload.event


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_forged_payload_is_refused(folder: Path) -> None:
    tool = Tool.of(payloads_in(folder)[0].tool, secret="another-secret")
    tool.token = "guessed"
    before = counts()

    answers = {payload.event: tool.send(payload).status_code for payload in payloads_in(folder)}

    assert set(answers.values()) == {404}, answers
    assert counts() == before


@pytest.mark.parametrize("name", ["github", "terraform-cloud"])
def test_a_body_altered_after_it_was_signed_is_refused_though_the_token_is_right(
    name: str,
) -> None:
    tool = Tool.of(name)
    payload = payloads_in(folders(name)[0])[1]

    answer = tool.send(
        payload,
        body=payload.body + b" ",
        headers={"Authorization": f"Bearer {tool.token}"},
    )

    assert answer.status_code == 404
    assert tool.send(payload).status_code in (200, 202)


@pytest.mark.parametrize("kind", sorted(pipelines))
def test_every_adapter_is_tried_on_captured_payloads(kind: str) -> None:
    assert list((Path(__file__).parent / kind).glob("*.meta.json"))


@pytest.mark.parametrize("kind", sorted(pipelines))
@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"a": 1}', b"[1]", b"null", b'"x"', b"7"])
@pytest.mark.parametrize("event", ["deployment", "workflow_run", "push"])
def test_rubbish_is_refused_or_ignored_never_an_error(kind: str, body: bytes, event: str) -> None:
    tool = Tool.of(kind)

    answer = tool.post(body, **{"X-GitHub-Event": event})

    assert answer.status_code in (200, 400)
    assert not any(counts().values())


def test_a_change_with_a_failed_pipeline_is_not_approved_by_itself() -> None:
    tool = Tool.of("gitlab")
    for payload in payloads_in(folders("gitlab")[0])[:3]:
        tool.send(payload)
    failed = payloads_in(folders("gitlab")[0])[2].body.replace(b'"success"', b'"failed"')
    tool.post(failed)

    running = payloads_in(folders("gitlab")[0])[3]
    answer = tool.send(running)

    change = Change.objects.get(number=answer.json()["number"])
    assert (change.type, change.state) == ("normal", "assess")
    assert {"name": "evidence", "points": 20} in change.risk_contributions
    decision = decision_for(change, now=change.opened_at)
    assert decision.verdict == Verdict.DENY
    ruling = next(each for each in decision.rulings if each.rule == "evidence")
    assert ruling.said.facts["failed"] == ("build: pipeline",)
