"""A pipeline of a shell with real git and Terraform, from the first plan to the figures."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from changes.models import Attribution, Change, Deployment, TemplateVersion, Window
from incidents.actions import open_incident
from incidents.actions.opening import Report
from itsm.approvals.actions import vote
from itsm.approvals.models import Approval
from itsm.core import delivery
from itsm.core.models import Delivery
from itsm.people.models import User
from itsm.tickets.actions import link
from tests.factories import IncidentFactory
from tests.journeys.test_steady_gate import Pipeline, pipeline, template
from tests.programs import needs
from tests.workshop import ONE, TWO, Workshop

__all__ = ["pipeline", "template"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),
    needs("terraform"),
]


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def run(pipeline: Pipeline, *arguments: str, key: str) -> str:
    """What the command prints, once it has done what it was asked for."""
    code, printed, said = pipeline.run(*arguments, key=key)
    assert code == 0, said
    return printed


def opened(pipeline: Pipeline, plan: str, *, key: str) -> Change:
    opening = ("--template", "deploy-shop", "--service", "shop")
    return Change.objects.get(number=run(pipeline, "open", "--plan", plan, *opening, key=key))


def deliver(pipeline: Pipeline, workshop: Workshop, change: Change, revision: str) -> None:
    """Past the gate, through Terraform, and registered."""
    number, key = change.number, f"deliver-{change.number}"
    permit = run(pipeline, "wait", number, key=key)
    run(pipeline, "start", number, "--permit", permit, key=key)
    workshop.do("terraform", "apply", "-input=false", "-no-color", "plan")
    run(pipeline, "finish", number, "--service", "shop", "--revision", revision, key=key)


def agree(change: Change, *people: User) -> None:
    for purpose, person in zip(("assess", "authorize"), people, strict=True):
        asked = Approval.objects.get(ticket=change.pk, purpose=purpose, state="requested")
        vote(approval=asked, actor=person, word="approved")


def refusal(pipeline: Pipeline, change: Change, *, key: str) -> str:
    code, _printed, said = pipeline.run("wait", change.number, "--deadline", "3", key=key)
    assert code == 3, said
    return said


def everything_told() -> None:
    """Wait until nothing is owed; the running product may be at some of it just now."""
    end = time.monotonic() + 30
    while time.monotonic() < end and Delivery.objects.filter(given_up_at=None).exists():
        delivery.deliver_owed()
        time.sleep(0.05)
    assert not Delivery.objects.exists()


def test_plans_become_changes_are_judged_delivered_and_measured(
    pipeline: Pipeline, template: TemplateVersion, workshop: Workshop, bob: User, mona: User
) -> None:
    # Nothing is destroyed: the leave of the template is enough.
    revision, plan = workshop.plan(TWO)
    first = opened(pipeline, plan, key="first")
    assert first.state == "scheduled"
    run(pipeline, "evidence", first.number, "--kind", "tests", "--outcome", "passed", key="first")
    deliver(pipeline, workshop, first, revision)
    assert Deployment.objects.get().revision == revision

    # The database goes: people are asked, and a freeze holds even what they agreed to.
    revision, plan = workshop.plan(ONE)
    second = opened(pipeline, plan, key="second")
    assert (second.type, second.state) == ("normal", "assess")
    agree(second, bob, mona)
    now = timezone.now()
    freeze = Window.objects.create(
        sort="freeze", name="Year end", starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )  # fmt: skip
    assert "A freeze covers this moment" in refusal(pipeline, second, key="frozen")
    freeze.delete()

    # Nothing is shipped into a fire, save what puts it out.
    fire = IncidentFactory(service=template.service, priority=1)
    assert "incident is open here" in refusal(pipeline, second, key="fire")
    link(ticket=fire, other=second, sort="fixed_by", actor=mona)
    deliver(pipeline, workshop, second, revision)

    # What breaks soon after is put down to it, and the figures know of both deliveries.
    report = Report(title="The shop is slow", service=template.service, impact=2, urgency=1)
    broken = open_incident(report=report, actor=bob)
    everything_told()
    suspected = Attribution.objects.filter(incident=broken).order_by("-score").first()
    assert suspected is not None
    assert suspected.change_id == second.pk
    figures = pipeline.get("dora/").json()
    rows = pipeline.get("dora/deployments/").json()["results"]
    assert figures["counts"]["deployments"] == len(rows) == 2
