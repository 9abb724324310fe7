"""Deployments in the API: registered once however often they are told of."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from changes.models import Deployment
from itsm.core.models import Event
from itsm.people.actions import issue_token
from itsm.people.models import User
from itsm.people.roles import Role
from tests.factories import ChangeFactory, DeploymentFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return UserFactory(username="alice", role=Role.AGENT)


@pytest.fixture
def api(alice: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {issue_token(user=alice, name='CI')[1]}"})


def register(api: Client, **told: Any) -> Any:
    return api.post("/api/v1/deployments/", told, content_type="application/json")


def test_a_deployment_is_registered_with_its_change(api: Client, alice: User) -> None:
    ServiceFactory(name="checkout")
    change = ChangeFactory(at_state="implement")

    answer = register(
        api, delivery_id="42", service="checkout", revision="9fceb02", change=change.number
    )

    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["service"], shown["change"], shown["outcome"]) == (
        "checkout",
        change.number,
        "running",
    )
    assert shown["started_at"]
    told = Event.objects.get(name="deployment.started")
    assert (told.actor, told.data["change"]) == (alice, change.number)
    assert Event.objects.filter(name="change.deployed", subject_id=change.pk).exists()


def test_told_again_it_stays_one_and_goes_on(api: Client) -> None:
    register(api, delivery_id="42", revision="9fceb02")

    register(api, delivery_id="42", outcome="succeeded")
    register(api, delivery_id="42", outcome="succeeded")
    register(api, delivery_id="42")

    deployment = Deployment.objects.get()
    assert (deployment.outcome, deployment.revision) == ("succeeded", "9fceb02")
    assert deployment.finished_at is not None
    names = Event.objects.filter(name__startswith="deployment.").order_by("pk")
    assert list(names.values_list("name", flat=True)) == [
        "deployment.started",
        "deployment.finished",
    ]


def test_one_persons_id_is_not_anothers(api: Client) -> None:
    bob = UserFactory(role=Role.AGENT)
    other = Client(headers={"Authorization": f"Bearer {issue_token(user=bob, name='CI')[1]}"})

    register(api, delivery_id="42")
    register(other, delivery_id="42")

    assert Deployment.objects.count() == 2


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({}, "delivery_id"),
        ({"delivery_id": "1", "outcome": "great"}, "outcome"),
        ({"delivery_id": "1", "service": "nowhere"}, "service"),
        (
            {
                "delivery_id": "1",
                "outcome": "succeeded",
                "started_at": "2026-11-22T12:00:00Z",
                "finished_at": "2026-11-22T11:00:00Z",
            },
            "finished_at",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    api: Client, told: dict[str, str], field: str
) -> None:
    answer = register(api, **told)

    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not Deployment.objects.exists()


def test_deployments_can_be_narrowed(api: Client) -> None:
    change = ChangeFactory()
    wanted = DeploymentFactory(change=change, environment="staging", outcome="failed")
    DeploymentFactory()

    asked = [
        f"change={change.number}",
        "environment=staging",
        "outcome=failed,rolled_back",
        f"service={wanted.service.name}",
    ]

    for query in asked:
        found = api.get(f"/api/v1/deployments/?{query}").json()["results"]
        assert [each["id"] for each in found] == [wanted.pk], query
    later = timezone.now().isoformat()
    assert api.get("/api/v1/deployments/", {"finished_after": later}).json()["results"] == []


def test_deployments_do_not_name_a_change_one_may_not_see(api: Client) -> None:
    secret = ChangeFactory(confidential=True)
    DeploymentFactory(change=secret)

    shown = api.get("/api/v1/deployments/").json()["results"]
    narrowed = api.get(f"/api/v1/deployments/?change={secret.number}").json()["results"]

    assert [each["change"] for each in shown] == [None]
    assert narrowed == []
