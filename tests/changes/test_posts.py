"""Posts of pipelines: kept where they cannot be read, heard once, and from whom."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from changes.actions import forget_posts, rotate_pipeline_token
from changes.models import Pipeline, PipelinePost
from itsm.core.models import Event
from itsm.monitoring.actions import create_source
from itsm.people.actions import issue_token
from itsm.people.models import User
from itsm.people.roles import Role
from tests.changes.test_pipelines import SECRET, deployment, send, tool
from tests.factories import UserFactory
from tests.integrations.pipelines import Tool

__all__ = ["tool"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana() -> User:
    return UserFactory(username="dana", role=Role.ADMIN)


@pytest.fixture
def admin(dana: User) -> Client:
    client = Client()
    client.force_login(dana)
    return client


def test_what_cannot_be_read_is_kept_with_its_place(tool: Tool, admin: Client) -> None:
    answer = tool.post('[{"event": "deployment", "id": "1", "run": "7", "outcome": "great"}]')

    assert answer.status_code == 400
    assert "$[0].outcome" in answer.json()["errors"]
    post = PipelinePost.objects.get()
    assert post.path == "$[0].outcome"
    shown = admin.get(f"/admin/changes/pipelinepost/{post.pk}/change/")
    assert b"great" in shown.content


def test_a_refused_post_is_done_once_it_can_be_read(tool: Tool) -> None:
    body = json.dumps([deployment("running")])
    Pipeline.objects.update(kind="jenkins")
    assert tool.post(body).status_code == 400
    Pipeline.objects.update(kind="delivery")

    assert tool.post(body).status_code == 202
    assert PipelinePost.objects.get().error == ""


def test_an_id_of_ones_own_lets_the_same_body_count_again(tool: Tool) -> None:
    body = json.dumps([{"event": "change", "title": "Deploy", "run": "1"}])
    tool.post(body, **{"X-Steady-Delivery": "a"})
    tool.post(body, **{"X-Steady-Delivery": "a"})
    assert PipelinePost.objects.count() == 1

    tool.post(body, **{"X-Steady-Delivery": "b"})

    assert PipelinePost.objects.count() == 2


def test_old_posts_are_forgotten(tool: Tool) -> None:
    send(tool, deployment("running"))

    assert forget_posts(now=timezone.now() + timedelta(days=29)) == 0
    assert forget_posts(now=timezone.now() + timedelta(days=31)) == 1


def test_one_address_is_given_once_for_all_tools() -> None:
    source, _token = create_source(kind="generic", name="Checkout", actor=None)
    out = StringIO()

    call_command("create_source", "github", "Checkout", stdout=out)
    other, _token = create_source(kind="generic", name="Checkout 2", actor=None)

    pipeline = Pipeline.objects.get()
    assert len({source.slug, pipeline.slug, other.slug}) == 3
    address, token = out.getvalue().split()
    assert address.endswith(f"/hooks/{pipeline.slug}/")
    assert token not in json.dumps(list(Event.objects.values_list("data", flat=True)))
    sent = Client().post(
        f"/hooks/{pipeline.slug}/{token}/",
        data="{}",
        content_type="application/json",
        headers={"X-GitHub-Event": "ping"},
    )
    assert sent.status_code == 200


def test_an_old_token_is_worth_nothing_nor_what_it_signs(tool: Tool, dana: User) -> None:
    old = tool.token
    Pipeline.objects.update(secret="")
    pipeline = Pipeline.objects.get()

    tool.token = rotate_pipeline_token(pipeline=pipeline, actor=dana)

    assert send(tool, deployment("running")).status_code == 202
    tool.token = old
    assert send(tool, deployment("succeeded")).status_code == 404


def test_a_pipeline_that_is_switched_off_is_not_heard(tool: Tool) -> None:
    Pipeline.objects.update(is_active=False)

    assert send(tool, deployment("running")).status_code == 404


def test_pipelines_are_connected_in_the_api_and_their_secrets_never_shown(dana: User) -> None:
    api = Client(headers={"Authorization": f"Bearer {issue_token(user=dana, name='x')[1]}"})
    given = {"name": "Shop", "kind": "github", "secret": SECRET, "answer_token": SECRET}

    made = api.post("/api/v1/pipelines/", given, content_type="application/json")
    listed = api.get("/api/v1/pipelines/")
    wrong = api.patch(
        "/api/v1/pipelines/shop/", {"required_evidence": ["luck"]}, content_type="application/json"
    )

    assert made.status_code == 201
    assert made.json()["token"]
    assert SECRET not in made.content.decode() + listed.content.decode()
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["required_evidence"])
    assert SECRET not in json.dumps(list(Event.objects.values_list("data", flat=True)))
