"""The description of the API, arranged for reading: chapters of endpoints, references resolved."""

import json
from dataclasses import dataclass, field

from itsm.core.rest.shapes import Schema

METHODS = ("get", "post", "patch", "delete")


@dataclass(frozen=True)
class Name:
    """One parameter or field, in words."""

    name: str
    sort: str
    about: str
    is_required: bool


@dataclass(frozen=True)
class Endpoint:
    """One operation, as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    in_path: list[Name]
    in_query: list[Name]
    in_header: list[Name]
    in_body: list[Name]
    body_type: str
    example: str
    answers: list[tuple[str, str]]
    shows: list[Name]


@dataclass
class Chapter:
    """The endpoints of one collection."""

    name: str
    title: str
    about: str
    endpoints: list[Endpoint] = field(default_factory=list)


def chapters_of(document: Schema) -> list[Chapter]:
    """The chapters, in the order of the document's tags."""
    chapters = {
        each["name"]: Chapter(each["name"], each["x-displayName"], each["description"])
        for each in document["tags"]
    }
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                described = operations[method]
                endpoint = _endpoint(document, path, method, described)
                chapters[described["tags"][0]].endpoints.append(endpoint)
    return list(chapters.values())


def _endpoint(document: Schema, path: str, method: str, described: Schema) -> Endpoint:
    content = described.get("requestBody", {}).get("content", {})
    body_type = next(iter(content), "")
    body = _resolved(document, content[body_type]["schema"]) if body_type else {}
    fields = _fields(body)
    return Endpoint(
        id=described["operationId"],
        method=method.upper(),
        path=path,
        summary=described["summary"],
        in_path=_parameters(described, "path"),
        in_query=_parameters(described, "query"),
        in_header=_parameters(described, "header"),
        in_body=fields,
        body_type=body_type,
        example=_example(body) if body_type == "application/json" else "",
        answers=[
            (status, answer["description"]) for status, answer in described["responses"].items()
        ],
        shows=_shown(document, described),
    )


def _parameters(described: Schema, place: str) -> list[Name]:
    return [
        Name(
            each["name"],
            _sort(each["schema"]),
            each.get("description", ""),
            bool(each.get("required")),
        )
        for each in described["parameters"]
        if each["in"] == place
    ]


def _fields(schema: Schema) -> list[Name]:
    required = schema.get("required", ())
    return [
        Name(name, _sort(each), each.get("description", ""), name in required)
        for name, each in schema.get("properties", {}).items()
    ]


def _shown(document: Schema, described: Schema) -> list[Name]:
    success = next(iter(described["responses"].values()))
    content: Schema = next(iter(success.get("content", {}).values()), {})
    schema: Schema = content.get("schema", {})
    found = _resolved(document, schema)
    if "results" in found.get("properties", {}):
        found = found["properties"]["results"]
    if found.get("type") == "array":
        found = _resolved(document, found["items"])
    return _fields(found)


def _resolved(document: Schema, schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def _sort(schema: Schema) -> str:
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"] if each not in (None, ""))
    kinds = schema.get("type", "object")
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return f"{words} ({schema['format']})" if "format" in schema else words


def _example(body: Schema) -> str:
    required = body.get("required", ())
    names = {name: "" for name in body.get("properties", {}) if name in required}
    return json.dumps(names, indent=2)
