"""The description of the API, and the page that shows it."""

import json
from importlib.resources import files

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.renderers import OpenApiJsonRenderer
from jsonschema_rs import Draft202012Validator

from itsm.api import description

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document():
    description.cache_clear()
    GENERATOR_STATS.reset()
    return description()


def operations(document):
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_description_is_valid_openapi_3_1_without_any_warning(document):
    form = files("drf_spectacular.validation").joinpath("openapi_3_1_schema.json").read_text()
    written = json.loads(OpenApiJsonRenderer().render(document))

    assert [str(each) for each in Draft202012Validator(json.loads(form)).iter_errors(written)] == []
    assert document["openapi"].startswith("3.1")
    assert not GENERATOR_STATS


def test_every_operation_says_what_it_does_takes_gives_and_refuses(document):
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["tags"], where
        responses = operation["responses"]
        success = next(status for status in responses if status.startswith("2"))
        assert success == "204" or responses[success]["content"], where
        assert {"400", "401", "403"} <= set(responses), where
        if method in ("post", "patch"):
            assert "requestBody" in operation, where


def test_no_two_operations_share_an_id(document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]

    assert len(ids) == len(set(ids))


def test_every_transition_of_incidents_that_is_for_people_has_an_address(document):
    from incidents.workflow import workflow  # noqa: PLC0415

    for verb, transition in workflow.transitions.items():
        address = f"/api/v1/incidents/{{number}}/{verb}/"
        assert (address in document["paths"]) is transition.by_people, verb


@pytest.mark.parametrize("person", ["alice", "charlie"])
def test_the_explorer_shows_every_operation_to_whoever_is_signed_in(person, request, document):
    client = Client()
    client.force_login(request.getfixturevalue(person))

    page = client.get("/api/docs/")

    assert page.status_code == 200
    assert "<code>/<wbr>api/<wbr>v1/<wbr>incidents/<wbr></code>" in page.text
    for _, _, operation in operations(document):
        assert f'id="{operation["operationId"]}"' in page.text


def test_chapters_are_called_as_people_write_them(alice):
    client = Client()
    client.force_login(alice)

    page = client.get("/api/docs/").text

    assert ">DORA" in page
    assert ">Catalogue items" in page


def test_an_operation_says_what_it_takes_and_gives(alice):
    client = Client()
    client.force_login(alice)

    page = client.get("/api/docs/incidents_create/")
    unknown = client.get("/api/docs/wonders_work/")

    assert 'data-try="POST" data-address="/api/v1/incidents/"' in page.text
    assert "<dt><code>title</code>" in page.text
    assert unknown.status_code == 404
