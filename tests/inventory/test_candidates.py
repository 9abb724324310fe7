"""What infrastructure code says there is: proposed, and taken in only by somebody."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from changes.actions import connect_pipeline
from changes.models import Change, Pipeline
from itsm.core.models import Event
from itsm.inventory.models import ComponentCandidate, ConfigurationItem
from itsm.people.models import User
from tests.api.conftest import Caller
from tests.factories import ConfigurationItemFactory, ServiceFactory

pytestmark = pytest.mark.django_db

Tell = Callable[..., None]


@pytest.fixture
def tell() -> Tell:
    """Terraform that posts what it shows."""
    pipeline, token = connect_pipeline(kind="terraform", name="Infra", actor=None)
    Pipeline.objects.filter(pk=pipeline.pk).update(service=ServiceFactory(name="checkout"))

    def post(*shown: dict[str, Any], status: int = 202) -> None:
        whole = [{"format_version": "1.0", **each} for each in shown]
        is_stream = len(whole) > 1
        answer = Client().post(
            f"/hooks/{pipeline.slug}/",
            data="\n".join(json.dumps(each) for each in whole),
            content_type="application/x-ndjson" if is_stream else "application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == status, answer.content

    return post


def resource(address: str, sensitive: Any = None, **values: Any) -> dict[str, Any]:
    kind, name = address.split(".")[-2:]
    return {
        "address": address,
        "mode": "data" if address.startswith("data.") else "managed",
        "type": kind,
        "name": name,
        "values": values,
        "sensitive_values": sensitive or {},
    }


def state(*resources: dict[str, Any], inner: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    modules = [{"address": "module.net", "resources": list(inner)}] if inner else []
    return {"root_module": {"resources": list(resources), "child_modules": modules}}


DB = resource("aws_db_instance.main", id="db-1", identifier="checkout-db", password="hunter2")


def test_what_there_is_is_proposed_without_what_is_secret(tell: Tell) -> None:
    tell(
        {
            "values": state(
                DB,
                resource("aws_instance.web", {"private_ip": True}, id="i-1", private_ip="10.9.8.7"),
                resource("random_string.key", id="s3cret"),
                resource("data.aws_ami.base", id="ami-1"),
                inner=(resource("module.net.aws_subnet.a", id="subnet-1", tags={"k": "v"}),),
            )
        }
    )

    found = {each.address: each for each in ComponentCandidate.objects.all()}
    assert sorted(found) == ["aws_db_instance.main", "aws_instance.web", "module.net.aws_subnet.a"]
    first = found["aws_db_instance.main"]
    assert (first.name, first.kind, first.environment) == (
        "checkout-db",
        "aws_db_instance",
        "production",
    )
    assert first.service is not None
    assert first.service.name == "checkout"
    assert first.attributes == {
        "terraform": "aws_db_instance.main", "id": "db-1", "identifier": "checkout-db"
    }  # fmt: skip
    kept = str([each.attributes for each in found.values()])
    assert not any(each in kept for each in ("hunter2", "10.9.8.7", "s3cret"))
    assert not ConfigurationItem.objects.exists()


def test_a_plan_also_tells_what_there_is_and_goes_on_being(tell: Tell) -> None:
    change = {"address": "aws_instance.web", "mode": "managed", "type": "aws_instance",
              "name": "web", "change": {"actions": ["delete"]}}  # fmt: skip
    prior = {"values": state(DB, resource("aws_instance.web", id="i-1"))}

    tell({"resource_changes": [change], "prior_state": prior})

    assert Change.objects.count() == 1
    assert [each.name for each in ComponentCandidate.objects.all()] == ["checkout-db"]


def test_told_again_it_is_renewed_and_what_was_decided_stays_so(tell: Tell, dana: User) -> None:
    ConfigurationItemFactory(name="known-host")
    hosts = ("known-host", "taken", "left")
    tell({"values": state(*(resource(f"host.{each}", name=each) for each in hosts))})
    ids = {each.name: each.pk for each in ComponentCandidate.objects.all()}
    assert sorted(ids) == ["left", "taken"]

    program, path = Caller(dana), "configuration-item-candidates/{}/"
    taken = program.post(path.format(ids["taken"]) + "accept/", name="web-1")
    left = program.post(path.format(ids["left"]) + "reject/")
    again = program.post(path.format(ids["left"]) + "accept/")
    tell({"values": state(*(resource(f"host.{each}", name=each, zone="b") for each in hosts))})

    assert (taken.status_code, left.status_code, again.status_code) == (201, 200, 409)
    made = ConfigurationItem.objects.get(name="web-1")
    assert (made.status, made.kind, made.attributes["terraform"]) == (
        "production",
        "host",
        "host.taken",
    )
    states = dict(ComponentCandidate.objects.values_list("name", "state"))
    assert states == {"taken": "accepted", "left": "rejected"}
    assert Event.objects.get(name="component.added").actor == dana
    assert Event.objects.get(name="component_candidate.rejected").actor == dana


def test_they_are_taken_in_from_the_administration(tell: Tell, dana: User) -> None:
    tell({"values": state(DB, resource("host.b", name="b"))})
    ConfigurationItemFactory(name="b")
    browser = Client()
    browser.force_login(dana)
    chosen = list(ComponentCandidate.objects.values_list("pk", flat=True))

    page = browser.post(
        "/admin/inventory/componentcandidate/",
        {"action": "take_in", "_selected_action": chosen},
        follow=True,
    )

    assert ConfigurationItem.objects.filter(name="checkout-db").exists()
    told = page.content.decode()
    assert "B exists already." in told
    assert "1 candidate decided." in told


def destroyed(*addresses: str, is_failure: bool = False) -> list[dict[str, Any]]:
    """What ``terraform destroy -json`` prints."""
    at = {"@level": "info", "@timestamp": "2026-11-22T19:55:01Z"}
    steps = [
        {**at, "type": "planned_change", "change": {"action": "delete", "resource": {
            "addr": each, "resource_type": "host", "resource_name": each.partition(".")[2]}}}
        for each in addresses
    ]  # fmt: skip
    changes = {"add": 0, "change": 0, "remove": len(steps), "operation": "destroy"}
    end = {**at, "type": "change_summary", "changes": changes}
    failure = {**at, "@level": "error", "type": "diagnostic", "diagnostic": {"summary": "no"}}
    return [*steps, failure if is_failure else end]


def test_what_was_destroyed_is_retired_only_by_somebody(tell: Tell, dana: User) -> None:
    program, path = Caller(dana), "configuration-item-candidates/{}/"

    def hosts(zone: str) -> dict[str, Any]:
        there = (resource(f"host.{each}", name=each, zone=zone) for each in "abc")
        return {"values": state(*there)}

    tell(hosts("eu-1"))
    ids = dict(ComponentCandidate.objects.values_list("name", "pk"))
    for name in "ab":
        program.post(path.format(ids[name]) + "accept/")

    tell(*destroyed("host.a", "host.b", "host.c", is_failure=True), status=200)
    assert not ComponentCandidate.objects.filter(state="gone").exists()
    tell(*destroyed("host.a", "host.b", "host.c"))

    gone = program.get("configuration-item-candidates/?state=gone").json()["results"]
    assert sorted(each["item"] for each in gone) == ["a", "b"]
    assert not ComponentCandidate.objects.filter(name="c").exists()
    answers = [
        program.post(path.format(ids["a"]) + "retire/"),
        program.post(path.format(ids["b"]) + "reject/"),
        program.post(path.format(ids["b"]) + "retire/"),
    ]
    assert [each.status_code for each in answers] == [200, 200, 409]
    assert dict(ConfigurationItem.objects.values_list("name", "status")) == {
        "a": "retired", "b": "production"
    }  # fmt: skip
    assert Event.objects.get(name="component_candidate.kept").subject_id == ids["b"]

    tell(hosts("eu-2"))  # made anew
    states = dict(ComponentCandidate.objects.values_list("name", "state"))
    assert states == {"a": "proposed", "b": "accepted", "c": "proposed"}
    assert program.post(path.format(ids["a"]) + "accept/").status_code == 201
    assert ConfigurationItem.objects.get(name="a").status == "production"
