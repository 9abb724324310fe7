"""Whatever is sent, to whichever endpoint: a clear refusal naming what is wrong, never a 5xx."""

import json
import re
from itertools import cycle
from typing import Any

import pytest
from django.urls import resolve

from itsm.api import description
from itsm.core.rest import reading
from tests.doors import Door, by_area, plain, rows
from tests.world import World

pytestmark = pytest.mark.django_db

WRITES = [
    (method, address)
    for method, address in rows()
    if method in ("POST", "PATCH") and address.startswith("api/v1/")
]
OF_JSON = [
    (method, address)
    for method, address in WRITES
    if not address.endswith(("attachments/", "import/"))
]
READS = [
    ("GET", address)
    for method, address in rows()
    if method == "GET" and address.startswith("api/v1/") and address != "api/v1/schema/"
]
LISTS = [
    f"api/v1/{name}/"
    for name in (
        *("incidents", "alerts", "services", "configuration-items", "teams", "users"),
        *("sources", "events"),
    )
]

# What no endpoint may take, whatever it reads with: each is given the first and one of the others.
UNKNOWN = '{"surprise": 1}'
SHAPELESS = ("[]", '"title"', "7", "null")
# What the reader refuses, one for all endpoints.
UNREADABLE: dict[str, Any] = {
    "no JSON": "{",
    "a name twice": '{"title": "a", "title": "b", "x": 1, "x": 2}',
    "NUL": '{"title": "a\\u0000b", "surprise": "\\u0000"}',
    "a lone surrogate": '{"title": "\\ud800", "surprise": "\\udfff"}',
    "not UTF-8": b'{"title": "\xff\xfe"}',
    "deep": '{"title": ' + "[" * 5000 + "]" * 5000 + "}",
    "very deep": "[" * 200_000,
    "a huge number": '{"surprise": ' + "9" * 5000 + "}",
    "an endless number": '{"surprise": 1e400}',
    "no number": '{"surprise": NaN}',
    "infinity": '{"surprise": -Infinity}',
    "5 MB": '{"title": "' + "a" * 5_000_000 + '"}',
    "a byte order mark": b'\xef\xbb\xbf{"surprise": 1}',
}
# All fields at once get the first; each alone gets a fifth of the second, each another fifth.
WRONG: list[Any] = [None, True, 10**18, "x" * 100_000, ["a", 1, None], {"a": {"b": []}}]
ODD: list[Any] = [
    *(-1, 1.5, " ", "a\nb", "\u202e", "{{7*7}}", [], [[]], {}, "\ufb00", "\u200b"),
    *("<script>alert(1)</script>", "' OR 1=1 --", "../../etc/passwd", "INC-0"),
    *("9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00"),
]


def problem_of(response: Any) -> Any:
    """The problem of a refusal, checked for what every one of them has."""
    asked = response.request["PATH_INFO"]
    assert 400 <= response.status_code < 500, (asked, response.content[:500])
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["title"]
    assert problem["detail"]
    return problem


@pytest.mark.parametrize("doors", by_area(OF_JSON))
def test_bodies_of_no_use_are_refused_with_a_problem(doors: list[Door], world: World) -> None:
    for (method, address), shapeless in zip(doors, cycle(SHAPELESS), strict=False):
        for body in (UNKNOWN, shapeless):
            problem_of(world.call(method, address, "dana", body))


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize(
    ("method", "address"),
    [("POST", "api/v1/incidents/"), ("PATCH", "api/v1/incidents/{number}/")],
    ids=" ".join,
)
def test_bodies_that_cannot_be_read_are_refused_with_a_problem(
    method: str, address: str, body: Any, world: World
) -> None:
    problem_of(world.call(method, address, "dana", body))


def test_every_endpoint_reads_with_the_one_reader() -> None:
    """So that what it refuses, it refuses everywhere."""
    readers = {
        (method, address): [type(each) for each in _view(method, address).get_parsers()]
        for method, address in OF_JSON
    }

    assert [door for door, found in readers.items() if found != [reading.JSON]] == []


def _view(method: str, address: str) -> Any:
    """The view behind an endpoint, as it is when it is asked."""
    match = resolve("/" + re.sub(r"{\w+}", "1", address))
    view = match.func.cls(**match.func.initkwargs)  # type: ignore[attr-defined]
    view.action = match.func.actions[method.lower()]  # type: ignore[attr-defined]
    return view


@pytest.mark.parametrize("doors", by_area(OF_JSON))
def test_any_value_in_any_field_is_taken_or_refused_by_name(
    doors: list[Door], world: World
) -> None:
    for method, address in doors:
        sensible = json.loads(world.body(method, address))
        for place, name in enumerate(_fields(method, address)):
            for value in ODD[place % 5 :: 5]:
                said = json.dumps({**sensible, name: value})
                response = world.call(method, address, "dana", said)

                if response.status_code >= 300:
                    errors = problem_of(response).get("errors")
                    assert response.status_code != 400 or errors, (address, name, value)


@pytest.mark.parametrize("doors", by_area(OF_JSON))
def test_all_that_is_wrong_is_said_at_once(doors: list[Door], world: World) -> None:
    for method, address in doors:
        names = _fields(method, address)
        for value in WRONG:
            said = json.dumps(dict.fromkeys(names, value))
            response = world.call(method, address, "dana", said)

            if response.status_code >= 300:
                named = set(problem_of(response).get("errors", ())) & set(names)
                assert response.status_code != 400 or named, (address, value)


def _fields(method: str, address: str) -> list[str]:
    """What the endpoint takes, as the description of the API says it."""
    document = description()
    path = _path(document, method.lower(), address)
    content = document["paths"][path][method.lower()]["requestBody"]["content"]
    reference = content["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    return list(document["components"]["schemas"][reference]["properties"])


def _path(document: Any, method: str, address: str) -> Any:
    return next(
        path
        for path, operations in document["paths"].items()
        if plain(path.lstrip("/")) == plain(address) and method in operations
    )


# One of them at each endpoint in turn, as all are read by the one reader.
OTHER_TYPES = ("text/plain", "application/xml", "", "multipart/form-data")


@pytest.mark.parametrize("doors", by_area(WRITES))
def test_bodies_of_another_type_are_refused(doors: list[Door], world: World) -> None:
    for (method, address), kind in zip(doors, cycle(OTHER_TYPES), strict=False):
        # What an address names is looked for first; some name nothing in the little world.
        expected = (404,) if "{nothing}" in address else (400, 415)
        response = world.call(method, address, "dana", "<a/>", content_type=kind)

        assert problem_of(response)["status"] in expected, (address, kind)


@pytest.mark.parametrize("doors", by_area(READS))
def test_unknown_parameters_are_refused_by_name(doors: list[Door], world: World) -> None:
    queries = cycle(("?surprise=1", "?limit=0&surprise=1", "?surprise=%00"))
    for (method, address), query in zip(doors, queries, strict=False):
        problem = problem_of(world.call(method, address, "dana", query=query))

        assert problem["status"] == 400, address
        assert set(problem["errors"]) <= {"surprise", "limit"}, address


WRONG_PAGES = (
    *("limit=0", "limit=201", "limit=-1", "limit=ten", "limit=" + "9" * 400, "limit=%00"),
    *("limit=1&limit=2", "cursor=nonsense", "cursor=%00", "cursor=WyJpZCIsMCxbMV1d"),
    *("cursor=" + "W1" * 2000, "ordering=password", "ordering=--id", "count=perhaps"),
)


@pytest.mark.parametrize("address", LISTS)
def test_pages_say_what_is_wrong_with_a_parameter(address: str, world: World) -> None:
    for query in WRONG_PAGES:
        problem = problem_of(world.call("GET", address, "dana", query=f"?{query}"))

        assert problem["status"] == 400
        assert query.split("=")[0] in problem["errors"], query


@pytest.mark.parametrize(
    "path",
    [
        "incidents/INC-99999999999999999999999999/",
        "incidents/%00/",
        "incidents/INC-1%00/",
        "incidents/%F0%9F%98%80/",
        "incidents/INC-1/nonsense/",
        "incidents/INC-1",
        "incidents/" + "x" * 4000 + "/",
        "alerts/99999999999999999999999999/",
        "alerts/x/",
        "services/../../etc/passwd/",
        "users/%ff/",
        "wonders/",
        "changes/CHG-1/",
        "nothing/",
    ],
)
def test_addresses_that_are_none_are_problems_too(path: str, world: World) -> None:
    assert problem_of(world.call("GET", f"api/v1/{path}", "dana"))["status"] == 404


@pytest.mark.parametrize(("method", "status"), [("PUT", 405), ("OPTIONS", 405), ("TRACE", 405)])
def test_methods_that_are_not_there_are_refused(method: str, status: int, world: World) -> None:
    response = world.call(method, "api/v1/incidents/", "dana", "{}")

    assert problem_of(response)["status"] == status
    assert "GET" in response["Allow"]
