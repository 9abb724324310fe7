"""A little world: a few records of every sort, and everybody who may knock at the doors."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from changes.actions import (
    Artifact,
    Patience,
    add_task,
    ask_and_wait,
    connect_pipeline,
    submit,
)
from changes.actions.meetings import plan_meetings
from changes.models import Attribution, Board, ChangeTemplate, TemplateProposal, TemplateVersion
from incidents import actions
from incidents.actions.opening import Report
from itsm.approvals.models import Approval
from itsm.core.models import Event
from itsm.core.rest import limits
from itsm.inventory.models import ComponentCandidate, Relation
from itsm.monitoring.actions import Wanted, create_source, open_silence, record_signals
from itsm.monitoring.models import Alert
from itsm.monitoring.sources import Signal
from itsm.people.actions import issue_token, join_team, name_delegate
from itsm.people.roles import Role
from itsm.sla.models import Objective
from itsm.tickets.actions import attach, link, watch
from itsm.tickets.actions.saved_views import save_view
from tests.doors import PEOPLE
from tests.factories import (
    ChangeFactory,
    ConfigurationItemFactory,
    DeploymentFactory,
    ServiceFactory,
    TeamFactory,
    UserFactory,
)
from tests.visitors import Visitor
from tests.world_of_articles import OF_ARTICLES, written
from tests.world_of_automation import automated, runs
from tests.world_of_evidence import OF_EVIDENCE, looked_into
from tests.world_of_improvements import OF_IMPROVEMENTS, made_of_improvements
from tests.world_of_orders import OF_ORDERS, ordered
from tests.world_of_problems import OF_PROBLEMS, made_of_problems

# What stands in the braces of addresses elsewhere than in the API.
STAND_FOR = {
    "api": {"operation": "incidents_create"},
    "hooks": {"source": "none", "token": "wrong"},
    "suggest": {"noun": "services"},
    "admin": {"table": "services"},
    "portal": {"verb": "nonsense"},
    "inbox": {"entry_id": "9999999"},
    "improvements": {"move": "give_up"},
}
BODIES: dict[str, Any] = {
    "POST api/v1/incidents/": {"title": "Checkout is slow"},
    "PATCH api/v1/incidents/{number}/": {"title": "Checkout is down"},
    "POST api/v1/incidents/{number}/assign/": {"team": "platform"},
    "POST api/v1/incidents/{number}/hold/": {
        "reason": "awaiting_vendor",
        "vendor_reference": "V-1",
    },
    "POST api/v1/incidents/{number}/resolve/": {
        "code": "fixed",
        "notes": "Restarted.",
        "override_reason": "It is a test.",
    },
    "POST api/v1/incidents/{number}/cancel/": {"reason": "withdrawn"},
    "POST api/v1/incidents/{number}/priority/": {"priority": 1, "reason": "The fair opens."},
    "POST api/v1/incidents/{number}/comments/": {"body": "Any news?"},
    "POST api/v1/incidents/{number}/links/": {"ticket": "{held}"},
    "POST api/v1/proposals/": {"title": "Checkout is slow"},
    "POST api/v1/proposals/{number}/take/": {"field": "team"},
    "POST api/v1/similar/": {"title": "Checkout is slow"},
    "POST api/v1/gate/": {"change": "{change}"},
    "POST api/v1/changes/{change}/assign/": {"assignee": "alice"},
    "POST api/v1/pipelines/": {"name": "Another pipeline", "kind": "jenkins"},
    "PATCH api/v1/pipelines/{pipeline}/": {"is_active": False},
    "POST api/v1/deployments/": {"delivery_id": "42", "outcome": "succeeded"},
    **OF_ORDERS,
    **OF_PROBLEMS,
    **OF_IMPROVEMENTS,
    **OF_ARTICLES,
    **OF_EVIDENCE,
    "POST api/v1/silences/": {
        "reason": "Disks are swapped",
        "services": ["wiki"],
        "ends_at": "{tomorrow}",
    },
    "PATCH api/v1/silences/{silence_id}/": {"reason": "All disks are swapped"},
    "POST api/v1/attributions/": {"incident": "{held}", "change": "{begun}"},
    "POST api/v1/objectives/{objective_id}/report/": {"left": 0.5},
    "POST api/v1/gate/start/": {"change": "{permitted}", "permit": "{code}"},
    "POST api/v1/changes/": {"title": "New certificate"},
    "PATCH api/v1/changes/{change}/": {"title": "New certificates"},
    "POST api/v1/changes/{running}/complete/": {"outcome": "ok"},
    "POST api/v1/changes/{reviewed}/close/": {"code": "successful", "notes": "Well."},
    "POST api/v1/changes/{change}/cancel/": {"reason": "No longer wanted."},
    "POST api/v1/changes/{change}/hold/": {"reason": "Wait."},
    "POST api/v1/changes/{change}/priority/": {"priority": 1, "reason": "The fair opens."},
    "POST api/v1/changes/{change}/comments/": {"body": "Any news?"},
    "POST api/v1/changes/{change}/links/": {"ticket": "{held}"},
    "POST api/v1/changes/{change}/tasks/": {"title": "Tell the shop"},
    "POST api/v1/changes/{change}/evidence/": {"delivery_id": "42", "kind": "tests"},
    "PATCH api/v1/changes/{change}/tasks/{task_id}/": {"state": "done"},
    "POST api/v1/approvals/{approval_id}/reject/": {"comment": "Too thin."},
    "POST api/v1/runbooks/": {
        "slug": "another",
        "name": "Another",
        "policy": "suggest",
        "text": "target: shop\nsteps:\n  - {use: human, name: Look}\n",
    },
    "PATCH api/v1/runbooks/{runbook}/": {"name": "Restart it"},
    "POST api/v1/runbooks/{runbook}/secrets/": {"name": "TOKEN", "value": "planted"},
    "POST api/v1/runs/": {"runbook": "{runbook}", "parameters": {"host": "web-1"}},
    "POST api/v1/runs/{leave_run}/reject/": {"comment": "Not now."},
    "POST api/v1/runs/{person_run}/settle/": {"is_done": True},
    "POST api/v1/services/": {"name": "search"},
    "PATCH api/v1/services/{record}/": {"title": "Idle"},
    "POST api/v1/configuration-items/": {"name": "web-9"},
    "PATCH api/v1/configuration-items/{item}/": {"kind": "host"},
    "POST api/v1/configuration-items/{item}/relations/": {"sort": "runs_on", "to_item": "web-2"},
    "POST api/v1/teams/": {"slug": "network", "name": "Network"},
    "PATCH api/v1/teams/{slug}/": {"name": "Platform people"},
    "POST api/v1/users/": {"username": "gina"},
    "PATCH api/v1/users/{username}/": {"name": "Bob B."},
    "POST api/v1/rules/": {
        "slug": "another",
        "name": "Another",
        "events": ["incident.opened"],
        "conditions": [{"fact": "record.priority", "op": "at_most", "value": 2}],
        "steps": [{"verb": "note", "values": {"body": "Seen."}}],
    },
    "PATCH api/v1/rules/{rule}/": {"name": "Seen"},
    "POST api/v1/rules/plan/": {"file": "rules: []"},
    "POST api/v1/rules/apply/": {"file": "rules: []"},
    "POST api/v1/macros/": {
        "slug": "another",
        "name": "Another",
        "steps": [{"verb": "note", "values": {"body": "Seen."}}],
    },
    "PATCH api/v1/macros/{macro}/": {"name": "Seen"},
    "POST api/v1/macros/{macro}/run/": {"ticket": "{number}"},
    "POST api/v1/sources/": {"name": "Another", "kind": "alertmanager"},
    "PATCH api/v1/sources/{source}/": {"is_active": False},
}


@dataclass
class World:
    """A few records, one for each name in braces, and a client for each person."""

    names: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    users: dict[str, Any] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)

    def knock(self, method: str, address: str, person: str) -> int:
        """The code of the answer this person gets; whatever happened is undone."""
        if address.startswith("api/v1/"):
            return int(self.call(method, address, person).status_code)
        client = self.client(person)
        with undone():
            return int(client.generic(method, self.path(address)).status_code)

    def client(self, person: str) -> Client:
        """A browser in which this person has signed in, once for all his knocks."""
        client = Visitor()
        if person != "nobody":
            client.cookies["session"] = self.sessions[person]
        return client

    def path(self, address: str) -> str:
        """The address with what stands in braces filled in."""
        names = {**self.names, **STAND_FOR.get(address.split("/", maxsplit=1)[0], {})}
        return "/" + re.sub(r"{(\w+)}", lambda match: names[match[1]], address)

    def call(
        self,
        method: str,
        address: str,
        person: str,
        body: Any = None,
        *,
        content_type: str = "application/json",
        query: str = "",
    ) -> Any:
        """The API's answer to a sensible body, or to the one given; what happened is undone."""
        limits.requests.forget()
        client = Visitor()
        path = self.path(address) + query
        headers = {"Authorization": f"Bearer {self.tokens[person]}"} if person != "nobody" else {}
        if method in ("GET", "DELETE"):
            with undone():
                return client.generic(method, path, headers=headers)
        if body is None and address.endswith("attachments/"):
            file = SimpleUploadedFile("log.txt", b"all is well")
            with undone():
                return client.post(path, {"files": file}, headers=headers)
        if body is None and address.endswith("import/"):
            key = "username" if "/users/" in address else "name"
            body, content_type = f"{key}\n", "text/csv"
        body = self.body(method, address) if body is None else body
        with undone():
            return client.generic(method, path, body, content_type=content_type, headers=headers)

    def body(self, method: str, address: str) -> str:
        """A body that makes sense there."""
        said = json.dumps(BODIES.get(f"{method} {address}", {}))
        return re.sub(r"{(\w+)}", lambda match: self.names[match[1]], said)


@contextmanager
def undone() -> Iterator[None]:
    """Undo whatever happens within."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once, undone at the end: each knock leaves it as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


def make_world() -> World:
    """Make it, in the transaction of whoever calls."""
    world = World()
    roles = {"bob": Role.AGENT, "alice": Role.AGENT, "dana": Role.ADMIN}
    for person in PEOPLE[1:]:
        user = UserFactory(username=person, role=roles.get(person, Role.REQUESTER))
        world.users[person] = user
        world.tokens[person] = issue_token(user=user, name="doors")[1]
    platform = TeamFactory(slug="platform", name="Platform")
    join_team(user=world.users["alice"], team=platform, is_lead=True, actor=None)
    join_team(user=world.users["bob"], team=platform, actor=None)
    _fill(world)
    for person, user in world.users.items():
        client = Client()
        client.force_login(user)
        world.sessions[person] = client.cookies["session"].value
    return world


def _fill(world: World) -> None:
    alice, bob, charlie, dana = (world.users[each] for each in ("alice", "bob", "charlie", "dana"))
    opened, held, resolved = (_incident(charlie, alice) for _ in range(3))
    actions.hold(held, actor=alice, reason="awaiting_vendor", vendor_reference="V-1")
    actions.resolve(resolved, actor=alice, code="fixed", notes="Restarted.")
    (file,) = attach(
        ticket=opened, actor=charlie, files=[SimpleUploadedFile("log.txt", b"all is well")]
    )
    watch(ticket=opened, user=bob, actor=alice)
    delegation = name_delegate(person=charlie, delegate=bob, actor=charlie)
    ServiceFactory(name="idle")
    report = Report(title="Wiki is slow", service=ServiceFactory(name="wiki"))
    outage = actions.open_incident(report=report, actor=alice)
    actions.tell_everybody(incident=outage, actor=alice, body="We are on it.")
    relation = Relation.objects.create(
        from_item=ConfigurationItemFactory(name="web-1"),
        to_item=ConfigurationItemFactory(name="web-2"),
        sort="depends_on",
    )
    source, _token = create_source(kind="alertmanager", name="Prometheus", actor=dana)
    pipeline, _token = connect_pipeline(kind="github", name="Checkout on GitHub", actor=dana)
    signal = Signal(fingerprint="f1", status="firing", title="Disk is full", severity="warning")
    record_signals(source, signals=[signal], now=timezone.now())
    change = ChangeFactory(opened_by=alice)
    scheduled = ChangeFactory(at_state="scheduled", starts_in=timedelta(0))
    Approval.objects.create(ticket=scheduled, purpose="authorize", state="approved")
    objective = Objective.objects.create(service=ServiceFactory(name="wiki"), name="Answers")
    permitted = ChangeFactory(at_state="scheduled", starts_in=timedelta(0))
    Approval.objects.create(ticket=permitted, purpose="authorize", state="approved")
    answer, wait = ask_and_wait(
        change=permitted, actor=alice, artifact=Artifact(), patience=Patience()
    )
    assert answer.permit is not None
    running = ChangeFactory(at_state="implement")
    reviewed = ChangeFactory(at_state="review", outcome="ok")
    paused = ChangeFactory(on_hold=True, hold_reason="Wait.")
    task = add_task(change=change, actor=alice, title="Warm the caches")
    submitted = submit(ChangeFactory(), actor=alice)
    world.names = {
        **runs(dana, bob),
        **ordered(charlie, alice),
        **made_of_problems(alice),
        **made_of_improvements(alice),
        **written(alice),
        "meeting_id": str(_meeting(dana, alice).pk),
        "change": change.number,
        "scheduled": scheduled.number,
        "permitted": permitted.number,
        "decision_id": str(answer.decision.pk),
        "objective_id": str(objective.pk),
        "wait_id": str(wait.pk),
        "code": answer.permit.code,
        "running": running.number,
        "reviewed": reviewed.number,
        "paused": paused.number,
        **_learnt(opened, alice),
        **automated(dana),
        **looked_into(opened, dana),
        "task_id": str(task.pk),
        "deployment_id": str(DeploymentFactory(change=running).pk),
        "approval_id": str(Approval.objects.get(ticket=submitted.pk).pk),
        "number": opened.number,
        "held": held.number,
        "resolved": resolved.number,
        "outage": outage.number,
        "delegation": str(delegation.pk),
        "file_id": str(file.pk),
        "name": file.stored_as.removeprefix("attachments/"),
        "link_id": str(link(ticket=opened, other=held, actor=alice).pk),
        "username": "bob",
        "user_id": str(bob.pk),
        "alert_id": str(Alert.objects.get().pk),
        "event_id": str(Event.objects.filter(name="incident.opened").first().pk),  # type: ignore[union-attr]
        "record": "idle",
        "item": "web-1",
        "relation_id": str(relation.pk),
        "candidate_id": str(_found().pk),
        "slug": "platform",
        "view_id": str(_view(alice).pk),
        "source": source.slug,
        "pipeline": pipeline.slug,
        "move": "cancel",
        "verb": "resolve",
        "nothing": "0",
        "app": "people",
    }


def _learnt(opened: Any, alice: Any) -> dict[str, str]:
    """What the house has learnt from its changes, and what it holds back."""
    begun = ChangeFactory(at_state="review", outcome="ok", actual_start=timezone.now())
    attribution = Attribution.objects.create(incident=opened, change=begun, score=50)
    tomorrow = timezone.now() + timedelta(days=1)
    silence = open_silence(
        wanted=Wanted(reason="Disks", matchers=["alertname=Disk"], ends_at=tomorrow), actor=alice
    )
    template = ChangeTemplate.objects.create(slug="restart", name="Restart a pool")
    version = TemplateVersion.objects.create(
        template=template, number=1, title="Restart", created_by=alice
    )
    TemplateProposal.objects.create(template=template, version=version)
    return {
        "silence_id": str(silence.pk),
        "tomorrow": tomorrow.isoformat(),
        "template": template.slug,
        "measure": "mttr",
        "begun": begun.number,
        "attribution_id": str(attribution.pk),
    }


def _found() -> ComponentCandidate:
    told = {"address": "host.db", "name": "db", "kind": "host"}
    return ComponentCandidate.objects.create(source="ci", **told)


def _meeting(chair: Any, member: Any) -> Any:
    board = Board.objects.create(
        slug="cab",
        name="CAB",
        team=member.memberships.get().team,
        chair=chair,
        first_at=timezone.now() + timedelta(days=1),
    )
    plan_meetings(board=board)
    return board.meetings.get()


def _view(alice: Any) -> Any:
    return save_view(
        actor=alice, kind="incident", name="Grave", query="priority=1", audience="everyone"
    )


def _incident(charlie: Any, alice: Any) -> Any:
    report = Report(title="Checkout is slow", caller=charlie, assignee=alice)
    return actions.open_incident(report=report, actor=charlie)
