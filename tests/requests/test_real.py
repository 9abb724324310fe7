"""Real fulfilment: Ansible, Terraform and HTTP, by workers killed between every two steps.

Each effect leaves a line where it happens, so that one that happened twice is seen.
"""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from changes.models import Change
from itsm.approvals.links import token_for
from itsm.approvals.models import Approval, Stage
from itsm.automation.models import Run
from itsm.people.models import User
from requests.models import ServiceRequest, Target
from tests.frame.installation import wait_until
from tests.programs import needs
from tests.requests.conftest import Make
from tests.requests.worker import Workers, workers
from tests.runbooks import peers
from tests.runbooks.conftest import Write, write  # noqa: F401
from tests.runbooks.peers import Asked, Peer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]
QUESTIONS = [
    {"name": "name", "label": "Name", "type": "text", "pattern": "host_name"},
    {"name": "back_on", "label": "Until when?", "type": "date"},
]
OWNER = {"stages": [{"who": "owner"}]}
PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - command: tee -a {effects}
      args: {{stdin: "{verb} {{{{ host }}}} by Ansible"}}
"""
CONFIGURATION = """
variable "host" {{ type = string }}
resource "terraform_data" "environment" {{
  input = var.host
  provisioner "local-exec" {{
    command     = "echo make $NAME by Terraform >> {effects}"
    environment = {{ NAME = self.input }}
  }}
  provisioner "local-exec" {{
    when        = destroy
    command     = "echo remove $NAME by Terraform >> {effects}"
    environment = {{ NAME = self.input }}
  }}
}}
"""
RUNBOOK = """
target: "{{host}}"
parameters: [{{name: host, type: host, required: true}}]
steps:
  - {{use: {use}, with: {settings}}}
"""


def by_runbook(name: str) -> dict[str, Any]:
    inputs = {"host": "answer.name"}
    undo = {"type": "runbook", "runbook": f"remove-by-{name}", "inputs": inputs}
    step = {"type": "runbook", "runbook": f"make-by-{name}", "inputs": inputs, "undo": undo}
    return {"name": name, "title": f"Make it by {name}", **step}


def by_call(name: str, **more: Any) -> dict[str, Any]:
    call = {"type": "http", "target": "directory", "path": f"/{name}"}
    inputs = {"who": "request.for"}
    undo = {**call, "method": "DELETE", "inputs": inputs}
    return {"name": name, "title": f"Call {name}", **call, "inputs": inputs, "undo": undo, **more}


class Effects:
    """A file with a line for each thing that really happened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def add(self, line: str) -> None:
        with self.path.open("a") as file:
            file.write(f"{line}\n")

    @property
    def lines(self) -> list[str]:
        return self.path.read_text().split("\n")[:-1]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Workers]:
    with workers(tmp_path_factory.mktemp("runbooks")) as found:
        yield found


@pytest.fixture
def effects(killed: Workers) -> Effects:
    killed.ahead = timedelta(0)
    path = killed.directory / "effects"
    path.unlink(missing_ok=True)
    return Effects(path)


@pytest.fixture
def directory(effects: Effects, killed: Workers) -> Iterator[Peer]:
    """A system that does nothing twice for one key; it kills whoever calls before it answers."""
    known: set[str] = set()

    def answer(asked: Asked) -> peers.Answer:
        key, verb = asked.headers["Idempotency-Key"], asked.method
        if asked.path == "/refused":
            return 422, {}
        if key in known:
            return 200, {}
        known.add(key)
        effects.add(f"{verb} {asked.path} {asked.json['who']}")
        wait_until(lambda: killed.pid, within=30)
        os.kill(killed.pid, signal.SIGKILL)
        return 0, {}

    with peers.peer() as found:
        found.answer = answer
        Target.objects.create(
            slug="directory", name="Directory", address=found.address, knows_keys=True
        )
        yield found


@pytest.fixture
def programs(killed: Workers, effects: Effects, write: Write, settings: Any) -> None:  # noqa: F811
    """What the operator has put on the worker, and a runbook for each."""
    settings.RUNBOOK_DIR = place = killed.directory
    for name in ("playbooks", "terraform/environment"):
        (place / name).mkdir(parents=True)
    told = {"effects": effects.path}
    (place / "terraform/environment/main.tf").write_text(CONFIGURATION.format(**told))
    for verb, terraform in (("make", "apply"), ("remove", "destroy")):
        (place / f"playbooks/{verb}.yml").write_text(PLAYBOOK.format(verb=verb, **told))
        wanted = {
            "ansible": f"{{playbook: {verb}.yml}}",
            "terraform": f'{{configuration: environment, workspace: "{{ticket}}", '
            f"verb: {terraform}}}",
        }
        for use, given in wanted.items():
            text = RUNBOOK.format(use=use, settings=given)
            write(text, slug=f"{verb}-by-{use}", needs_approval=False)


@pytest.fixture
def ordered(client: Client, charlie: User, alice: User) -> Callable[..., ServiceRequest]:
    """Orders on the portal's page as charlie; alice agrees by the link in her mail."""

    def ordered(slug: str, **answers: str) -> ServiceRequest:
        client.force_login(charlie)
        given = {f"{slug}.{name}": value for name, value in answers.items()}
        assert client.post(f"/portal/catalogue/{slug}/", given).status_code == 302
        client.logout()
        stage = Stage.objects.get(approval__state=Approval.State.REQUESTED)
        answer = client.post(f"/approvals/answer/{token_for(alice, stage)}/", {"word": "approved"})
        assert answer.status_code == 200
        found = ServiceRequest.objects.get()
        assert found.state == "approved"
        return found

    return ordered


def die_before(killed: Workers, *places: int) -> None:
    """Let a worker die before the move after each of these numbers of settled steps."""
    for place in places:
        assert killed.work(until=place) == -signal.SIGKILL, place


def say_that_it_took_effect(client: Client, person: User) -> None:
    """A step nobody saw the end of waits for somebody who has looked."""
    run = Run.objects.get(waits_for="word")
    client.force_login(person)
    said = {"is_done": True, "why": "Its state has it."}
    address = f"/api/v1/runs/{run.pk}/settle/"
    assert client.post(address, said, content_type="application/json").status_code == 200


@needs("ansible-playbook", "terraform")
@pytest.mark.usefixtures("programs", "directory")
def test_an_environment_is_made_once_and_taken_back_once_when_its_time_is_over(
    make: Make,
    ordered: Callable[..., ServiceRequest],
    killed: Workers,
    effects: Effects,
    client: Client,
    alice: User,
) -> None:
    steps = [*map(by_runbook, ("ansible", "terraform")), by_call("names")]
    lease = {"until": "back_on", "remind_days": 0}
    make("environment", questions=QUESTIONS, steps=steps, approval=OWNER, lease=lease)
    back_on = timezone.localdate() + timedelta(days=30)
    request = ordered("environment", name="env-1", back_on=back_on.isoformat())

    die_before(killed, 0, 1)
    assert killed.work(after="terraform") == -signal.SIGKILL
    assert killed.work() == 0
    assert effects.lines[1:] == ["make env-1 by Terraform"]
    say_that_it_took_effect(client, alice)
    die_before(killed, 2)
    assert killed.work() == -signal.SIGKILL  # by the directory
    die_before(killed, 3)
    assert killed.work() == 0

    made = [f"make env-1 by {each}" for each in ("Ansible", "Terraform")]
    made += ["POST /names charlie"]
    request.refresh_from_db()
    assert (request.state, request.executed_hash) == ("fulfilled", request.approved_hash)
    assert effects.lines == made

    killed.ahead += timedelta(days=32)
    die_before(killed, 3)
    assert killed.work() == -signal.SIGKILL  # by the directory
    die_before(killed, 4, 5, 6)
    assert killed.work() == 0

    request.refresh_from_db()
    assert request.lease_ended_at is not None
    taken = [f"remove env-1 by {each}" for each in ("Terraform", "Ansible")]
    assert effects.lines == [*made, "DELETE /names charlie", *taken]
    assert list(Run.objects.values_list("state", flat=True)) == ["verified"] * 4
    assert Change.objects.filter(close_code="successful").count() == 4


@pytest.mark.usefixtures("directory")
def test_access_whose_last_step_fails_is_taken_back_the_last_first_and_once(
    make: Make, ordered: Callable[..., ServiceRequest], killed: Workers, effects: Effects
) -> None:
    steps = [by_call("password"), by_call("sessions"), by_call("refused", if_failed="undo")]
    make("reset-access", steps=steps, approval=OWNER)
    request = ordered("reset-access")

    die_before(killed, 0)
    for settled in (1, 2):
        assert killed.work() == -signal.SIGKILL  # by the directory
        die_before(killed, settled)
    die_before(killed, 3)
    for settled in (4, 5):
        assert killed.work() == -signal.SIGKILL  # by the directory
        die_before(killed, settled)
    assert killed.work() == 0

    request.refresh_from_db()
    assert request.state == "closed_incomplete"
    assert effects.lines == [
        *("POST /password charlie", "POST /sessions charlie"),
        *("DELETE /sessions charlie", "DELETE /password charlie"),
    ]
