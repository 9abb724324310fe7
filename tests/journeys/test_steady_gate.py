"""The standalone command against the running product: a real plan, waits, refusals, restarts."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from changes.models import (
    Change,
    ChangeTemplate,
    Deployment,
    Evidence,
    GateWait,
    Permit,
    TemplateVersion,
    Window,
)
from itsm.approvals.actions import vote
from itsm.approvals.models import Approval
from itsm.people.actions import issue_token
from itsm.people.models import User
from tests.changes.test_permits import agreed_to
from tests.factories import IncidentFactory, ServiceFactory
from tests.journeys.conftest import House
from tests.loopback import PLAIN

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

COMMAND = Path(__file__).parents[2] / "itsm" / "integrations" / "cli" / "steady_gate.py"


class Pipeline:
    """A machine with the command on it, and nothing of ours but the command."""

    def __init__(self, house: House, user: User) -> None:
        self.house = house
        self.token = issue_token(user=user, name="pipeline")[1]

    def begin(self, *arguments: str, key: str = "run-1", **options: Any) -> subprocess.Popen[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "STEADY_URL": self.house.address,
            "STEADY_TOKEN": self.token,
        }
        verb, *others = arguments
        command = [sys.executable, "-I", str(COMMAND), verb, "--key", key, *others]
        return subprocess.Popen(
            command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            **options,
        )  # fmt: skip

    def run(self, *arguments: str, key: str = "run-1") -> tuple[int, str, str]:
        """The exit code and what was printed."""
        begun = self.begin(*arguments, key=key)
        printed, said = begun.communicate(timeout=90)
        return begun.returncode, printed.strip(), said

    def get(self, path: str) -> Any:
        return httpx.get(
            f"{self.house.address}/api/v1/{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
            verify=PLAIN,
        )

    def ask(self, change: Change, **body: Any) -> Any:
        return httpx.post(
            f"{self.house.address}/api/v1/gate/",
            json={"change": change.number, **body},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
            verify=PLAIN,
        )


@pytest.fixture
def pipeline(house: House, alice: User) -> Pipeline:
    return Pipeline(house, alice)


@pytest.fixture
def template(alice: User) -> TemplateVersion:
    """Deployments of the shop, done so often that they need no leave each time."""
    service = ServiceFactory(name="shop")
    made = ChangeTemplate.objects.create(slug="deploy-shop", name="Deploy the shop",
                                         standing="active")  # fmt: skip
    return TemplateVersion.objects.create(
        template=made, number=1, category="deploy", title="Deploy the shop", service=service,
        implementation_plan="By the pipeline.", created_by=alice,
        editable=["category", "service"],
    )  # fmt: skip


def plan_of(directory: Path, *steps: tuple[str, str]) -> str:
    """A plan as Terraform shows it, with a secret in it."""
    changes = [
        {
            "address": address,
            "mode": "managed",
            "type": address.split(".")[0],
            "change": {"actions": [action], "after": {"password": "planted-secret-4711"}},
        }
        for action, address in steps
    ]
    path = directory / "plan.json"
    path.write_text(json.dumps({"format_version": "1.2", "resource_changes": changes}))
    return str(path)


def until(true: Any, *, within: float = 30) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "It did not come true in time."
        time.sleep(0.1)


def test_a_delivery_by_a_template_goes_through_and_is_registered(
    pipeline: Pipeline, template: TemplateVersion
) -> None:
    code, _printed, said = pipeline.run(
        "run", "--template", "deploy-shop", "--service", "shop", "--revision", "c0ffee",
        "--digest", "sha256:1", "--", sys.executable, "-c", "print('delivered')",
    )  # fmt: skip

    assert code == 0, said
    change = Change.objects.get()
    assert (change.type, change.state, change.outcome) == ("standard", "review", "ok")
    assert Permit.objects.get().state == "consumed"
    deployment = Deployment.objects.get()
    assert (deployment.change_id, deployment.outcome) == (change.pk, "succeeded")
    assert (deployment.revision, deployment.artifact_digest) == ("c0ffee", "sha256:1")


def test_what_fails_ends_so_and_says_it(pipeline: Pipeline, template: TemplateVersion) -> None:
    code, _printed, said = pipeline.run(
        "run", "--template", "deploy-shop", "--", sys.executable, "-c", "raise SystemExit(7)"
    )

    assert code == 7, said
    change = Change.objects.get()
    assert (change.state, change.outcome) == ("review", "failed")
    assert Deployment.objects.get().outcome == "failed"


def test_each_step_may_be_run_again_and_nothing_happens_twice(
    pipeline: Pipeline, template: TemplateVersion
) -> None:
    opened = [pipeline.run("open", "--template", "deploy-shop")[1] for _turn in range(2)]
    for _turn in range(2):
        pipeline.run("evidence", opened[0], "--kind", "tests", "--outcome", "passed",
                     "--fact", "total=812")  # fmt: skip
    permits = [pipeline.run("wait", opened[0])[1] for _turn in range(2)]
    started = [pipeline.run("start", opened[0], "--permit", permits[0])[0] for _turn in range(2)]
    finished = [pipeline.run("finish", opened[0])[0] for _turn in range(2)]

    assert opened == [Change.objects.get().number] * 2
    assert Evidence.objects.get().facts == {"total": "812"}
    assert permits == [Permit.objects.get().code] * 2
    assert (started, finished) == ([0, 0], [0, 0])
    assert Deployment.objects.count() == 1


def test_a_plan_that_destroys_data_waits_for_people_and_shows_no_values(
    pipeline: Pipeline, template: TemplateVersion, bob: User, mona: User, tmp_path: Path
) -> None:
    plan = plan_of(tmp_path, ("create", "null_resource.a"), ("delete", "aws_db_instance.main"))
    code, number, said = pipeline.run("open", "--plan", plan, "--template", "deploy-shop",
                                      "--service", "shop")  # fmt: skip
    assert code == 0, said

    change = Change.objects.get(number=number)
    assert (change.type, change.state, change.irreversible) == ("normal", "assess", True)
    assert change.title == "Terraform: 1 to add, 0 to change, 1 to destroy"
    told = Evidence.objects.get()
    assert (told.facts["risk"], told.facts["destroy"]) == ("high", 1)
    assert "planted-secret-4711" not in json.dumps(told.facts) + change.description

    waiting = pipeline.begin("wait", number)
    until(lambda: GateWait.objects.filter(change=change).exists())
    for purpose, asked_one in (("assess", bob), ("authorize", mona)):
        asked = Approval.objects.get(ticket=change.pk, purpose=purpose, state="requested")
        vote(approval=asked, actor=asked_one, word="approved")
    printed, said = waiting.communicate(timeout=60)

    assert waiting.returncode == 0, said
    assert printed.strip() == Permit.objects.get().code


def test_a_freeze_denies_it_and_says_why(pipeline: Pipeline, template: TemplateVersion) -> None:
    now = timezone.now()
    Window.objects.create(sort="freeze", name="Year end", starts_at=now - timedelta(hours=1),
                          ends_at=now + timedelta(hours=1))  # fmt: skip

    code, _printed, said = pipeline.run("run", "--template", "deploy-shop", "--", "true")

    assert (code, "A freeze covers this moment." in said) == (3, True)
    assert Change.objects.get().state == "scheduled"


def test_silence_is_a_no_after_the_deadline(pipeline: Pipeline) -> None:
    change = agreed_to()
    IncidentFactory(service=change.service, priority=2)

    code, printed, said = pipeline.run("wait", change.number, "--deadline", "4")

    assert (code, printed) == (4, ""), said
    until(lambda: GateWait.objects.get().is_by_default)


def test_wrong_use_and_refusals_are_told_apart(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("[]")

    assert pipeline.run("open", "--plan", str(tmp_path / "no.json"))[0] == 2
    code, _printed, said = pipeline.run("open", "--template", "nothing")
    assert (code, "template" in said) == (6, True)
    pipeline.token = "wrong"
    code, _printed, said = pipeline.run("wait", "CHG-1")
    assert (code, "HTTP 401" in said) == (6, True)


def test_where_nothing_answers_the_pipeline_decides_as_it_declared(pipeline: Pipeline) -> None:
    away = ("--url", "http://127.0.0.1:9", "--deadline", "2")

    assert pipeline.run("wait", "CHG-1", *away)[0] == 5
    assert pipeline.run("wait", "CHG-1", *away, "--if-unreached", "allow")[0] == 0


def test_it_waits_on_through_the_death_of_the_web_process(pipeline: Pipeline, house: House) -> None:
    change = agreed_to()
    incident = IncidentFactory(service=change.service, priority=2)
    waiting = pipeline.begin("wait", change.number)
    until(GateWait.objects.exists)

    house.kill()
    type(incident).objects.update(phase="closed", state="closed")
    house.start()
    printed, said = waiting.communicate(timeout=90)

    assert waiting.returncode == 0, said
    assert printed.strip() == Permit.objects.get().code
    assert GateWait.objects.count() == 1


def test_a_question_answers_within_a_second_or_two_of_the_word_it_waits_for(
    pipeline: Pipeline, mona: User
) -> None:
    change = agreed_to()
    IncidentFactory(service=change.service, priority=2)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(pipeline.ask, change, wait=40, deadline=600)
        until(lambda: Approval.objects.filter(ticket=change.pk, state="requested").exists())
        approval = Approval.objects.get(ticket=change.pk, state="requested")
        vote(approval=approval, actor=mona, word="approved")
        answer = asked.result()

    assert (answer.status_code, answer.json()["verdict"]) == (200, "allow")
    assert answer.elapsed.total_seconds() < 15


def test_those_who_wait_take_nobodys_thread(pipeline: Pipeline) -> None:
    changes = [agreed_to() for _turn in range(24)]
    for each in changes:
        IncidentFactory(service=each.service, priority=2)
    with ThreadPoolExecutor(len(changes)) as pool:
        waiting = [pool.submit(pipeline.ask, each, wait=12, deadline=600) for each in changes]
        until(lambda: GateWait.objects.count() == len(changes))

        began = time.monotonic()
        assert pipeline.get("changes/?limit=1").status_code == 200
        took = time.monotonic() - began
        answers = [each.result() for each in waiting]

    assert took < 3
    assert {each.status_code for each in answers} == {202}
    assert all(each.elapsed.total_seconds() >= 11 for each in answers)


def test_waiting_for_nothing_ends_when_the_client_does(pipeline: Pipeline) -> None:
    change = agreed_to()
    IncidentFactory(service=change.service, priority=2)

    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            f"{pipeline.house.address}/api/v1/gate/",
            json={"change": change.number, "wait": 60, "deadline": 600},
            headers={"Authorization": f"Bearer {pipeline.token}"},
            timeout=2,
            verify=PLAIN,
        )

    wait = GateWait.objects.get()
    assert pipeline.get(f"gate/waits/{wait.pk}/").status_code == 202
