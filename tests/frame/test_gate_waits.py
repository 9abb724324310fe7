"""A pipeline that waits gets exactly one answer, whatever dies meanwhile.

One of them is real: a git repository whose plan Terraform makes and applies.
"""

import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.frame.installation import ROOT, Installation, wait_until
from tests.workshop import HAS_TERRAFORM, ONE, Workshop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

COMMAND = ROOT / "itsm" / "integrations" / "cli" / "steady_gate.py"
PIPELINES = 5
VICTIMS = ("web", "valkey", "worker")

PREPARE = f"""
from datetime import timedelta
from django.utils import timezone
from changes.models import Change, ChangeTemplate, TemplateVersion
from incidents.actions import open_incident
from incidents.actions.opening import Report
from itsm.approvals.models import Approval
from itsm.inventory.models import Service
from itsm.people.actions import issue_token
from itsm.people.models import User
from itsm.tickets.numbering import next_number
agent = User.objects.create_user("pipeline-agent", role="manager")
service = Service.objects.create(name="gated")
report = Report(title="Slow", service=service, impact=1, urgency=2)
incident = open_incident(report=report, actor=agent)
template = ChangeTemplate.objects.create(slug="ship", name="Ship", standing="active")
TemplateVersion.objects.create(
    template=template, number=1, category="deploy", title="Ship", service=service,
    implementation_plan="By the pipeline.", created_by=agent, editable=["category", "service"])
now = timezone.now()
numbers = []
for place in range({PIPELINES}):
    change = Change.objects.create(
        number=next_number("CHG"), kind="change", title="Ship", priority=3, opened_by=agent,
        service=service, state="scheduled", phase="waiting", planned_start=now,
        planned_end=now + timedelta(hours=4))
    Approval.objects.create(ticket=change, purpose="authorize", state="approved")
    numbers.append(change.number)
token = issue_token(user=agent, name="gate")[1]
print(json.dumps(dict(
    numbers=numbers, token=token, incident=incident.number, priority=incident.priority)))
"""
QUENCH = """
from incidents.actions import resolve
from incidents.models import Incident
from itsm.people.models import User
agent = User.objects.get(username="pipeline-agent")
incident = Incident.objects.get(number={number!r})
resolve(incident, actor=agent, code="fixed", notes="Restarted.", override_reason="A test.")
print(json.dumps(True))
"""
REPORT = """
from changes.models import Change, Deployment, GateWait, Permit
from itsm.core.models import Event
print(json.dumps({
    "waits": GateWait.objects.count(),
    "answered": Event.objects.filter(name="gate.answered").count(),
    "permits": list(Permit.objects.filter(state="issued").values_list("change__number", "code")),
    "used": Permit.objects.filter(state="consumed").count(),
    "delivered": list(Deployment.objects.values_list("revision", "outcome")),
    "shipped": list(Change.objects.exclude(template_version=None).values_list("state", "outcome")),
}))
"""


def begin(
    installation: Installation, prepared: Any, verb: str, *arguments: str, **options: Any
) -> "subprocess.Popen[str]":
    environment = {
        "PATH": installation.environment["PATH"],
        "STEADY_URL": installation.address,
        "STEADY_TOKEN": prepared["token"],
    }
    return subprocess.Popen(
        [sys.executable, "-I", str(COMMAND), verb, "--key", "-".join(("run", *arguments[:1])),
         *arguments],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


def ship(
    installation: Installation, prepared: Any, workshop: Workshop
) -> "tuple[str, subprocess.Popen[str]]":
    """What is delivered, and the pipeline that opens its change, waits, applies and tells."""
    revision, plan = workshop.plan(ONE)
    told = ("--plan", plan, "--template", "ship", "--service", "gated", "--revision", revision)
    apply = ("terraform", "apply", "-input=false", "-no-color", "plan")
    begun = begin(installation, prepared, "run", *told, "--", *apply, cwd=workshop.folder)
    return revision, begun


def test_pipelines_get_one_answer_each_though_web_broker_and_worker_are_killed(
    installation: Installation, tmp_path: Path
) -> None:
    prepared = installation.ask(PREPARE)
    assert prepared["priority"] == 2
    pipelines = {each: begin(installation, prepared, "wait", each) for each in prepared["numbers"]}
    workshop = Workshop(tmp_path)
    shipped = ship(installation, prepared, workshop) if HAS_TERRAFORM else None
    waiting = PIPELINES + (shipped is not None)
    wait_until(lambda: installation.ask(REPORT)["waits"] == waiting, within=60)

    for victim in VICTIMS:
        former = installation.kill(victim)
        time.sleep(1)
        wait_until(partial(installation.is_back, victim, instead_of=former), within=30)
    killed = {each: installation.kill(each) for each in VICTIMS}
    installation.ask(QUENCH.format(number=prepared["incident"]))
    for victim, pid in killed.items():
        wait_until(partial(installation.is_back, victim, instead_of=pid), within=30)

    ends = {number: each.communicate(timeout=120) for number, each in pipelines.items()}
    said = shipped[1].communicate(timeout=120) if shipped else None
    report = installation.ask(REPORT)
    codes = {number: each.returncode for number, each in pipelines.items()}
    assert codes == dict.fromkeys(prepared["numbers"], 0), ends
    printed = [[number, told.strip()] for number, (told, _said) in sorted(ends.items())]
    assert printed == sorted(report["permits"])
    assert (report["waits"], report["answered"]) == (waiting, waiting)
    if shipped is not None:
        assert shipped[1].returncode == 0, said
        assert workshop.do("terraform", "state", "list") == "terraform_data.queue"
        assert (report["used"], report["delivered"]) == (1, [[shipped[0], "succeeded"]])
        assert report["shipped"] == [["review", "ok"]]
