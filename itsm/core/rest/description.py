"""The description of the API (OpenAPI 3.1), from what the endpoints declare of themselves."""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from itsm.core.rest.answering import PROBLEM
from itsm.core.rest.pages import page_schema
from itsm.core.rest.shapes import Schema, Shape

if TYPE_CHECKING:
    from itsm.core.rest.operations import Operation

PROBLEM_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "request_id": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail"],
}
ALWAYS = (400, 401, 403, 429)
MEANING = {
    400: "Something in the request cannot be used; errors says what.",
    401: "No token, or none of ours.",
    403: "You may not do this.",
    404: "There is no such thing, or you may not see it.",
    409: "The rules forbid this now; detail says why.",
    412: "It has changed since the version in If-Match.",
    413: "The body is too large.",
    415: "The body has another type than this endpoint reads.",
    422: "The idempotency key was used for another request.",
    429: "Too many requests; Retry-After says when to come back.",
}
KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Sent again with the same key, the request takes effect once.",
    "schema": {"type": "string", "maxLength": 200},
}
MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "description": 'The ETag you have seen, such as "INC-42.7"; 412 if there is a newer one.',
    "schema": {"type": "string"},
}


class OperationSchema(AutoSchema):
    """Describes an endpoint by its declaration instead of guessing from serializers."""

    view: Any

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> Schema:
        self.registry = registry
        operation: Operation = self.view.operation
        verb = getattr(self.view, "verb", "")
        self._component("Problem", PROBLEM_SCHEMA)
        self._security()
        described: Schema = {
            "operationId": self._operation_id(operation, verb),
            "summary": str(self._of_view(operation.summary)),
            "tags": [self.view.collection],
            "parameters": self._parameters(path, operation),
            "security": [{"token": []}, {"session": []}],
            "responses": self._responses(path, operation),
        }
        if body := self._body(operation, verb):
            described["requestBody"] = body
        return described

    def _of_view(self, value: Any) -> Any:
        return value(self.view) if callable(value) else value

    def _operation_id(self, operation: "Operation", verb: str) -> str:
        return f"{self.view.collection}_{verb or operation.name}".replace("-", "_")

    def _parameters(self, path: str, operation: "Operation") -> list[Schema]:
        found: list[Schema] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)}", path)
        ]
        for name, schema in operation.query(self.view).items():
            plain = {key: value for key, value in schema.items() if key != "description"}
            about = {"description": schema["description"]} if "description" in schema else {}
            found.append({"name": name, "in": "query", "schema": plain, **about})
        if operation.method == "post":
            found.append(KEY)
        if operation.matches:
            found.append(MATCH)
        return found

    def _body(self, operation: "Operation", verb: str) -> Schema | None:
        fields = operation.fields(self.view)
        if operation.takes_table:
            return {"content": {"text/csv": {"schema": {"type": "string"}}}, "required": True}
        if fields is None:
            return None
        schema: Schema = {
            "type": "object",
            "properties": {each.name: _property(each) for each in fields},
            "additionalProperties": False,
        }
        required = [each.name for each in fields if each.required]
        if required and operation.method != "patch":
            schema["required"] = required
        name = _camel(self._operation_id(operation, verb)) + "Input"
        kind = "multipart/form-data" if operation.takes_files else "application/json"
        if operation.takes_files:
            files = {"type": "array", "items": {"type": "string", "format": "binary"}}
            schema["properties"]["files"] = files
        reference = self._component(name, schema)
        return {"content": {kind: {"schema": reference}}, "required": bool(required)}

    def _responses(self, path: str, operation: "Operation") -> Schema:
        found: Schema = {str(operation.status): self._success(operation)}
        statuses = {*ALWAYS, *operation.refuses}
        if "{" in path:
            statuses.add(404)
        if operation.method == "post":
            statuses |= {422}
        if operation.takes is not None:
            statuses |= {413, 415}
        if operation.matches:
            statuses.add(412)
        for status in sorted(statuses):
            found[str(status)] = {
                "description": MEANING.get(status, HTTPStatus(status).phrase),
                "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
        return found

    def _success(self, operation: "Operation") -> Schema:
        described: Schema = {"description": HTTPStatus(operation.status).phrase}
        shape = operation.shape(self.view)
        if operation.gives_file:
            binary = {"schema": {"type": "string", "format": "binary"}}
            described["content"] = {"application/octet-stream": binary}
        elif shape is not None:
            described["content"] = {"application/json": {"schema": self._shaped(operation, shape)}}
        return described

    def _shaped(self, operation: "Operation", shape: Shape) -> Schema:
        reference = self._component(shape.name, shape.schema())
        if operation.many == "page":
            return self._component(f"{shape.name}Page", page_schema(reference))
        return {"type": "array", "items": reference} if operation.many == "list" else reference

    def _component(self, name: str, schema: Schema) -> Schema:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name
        )
        self.registry.register_on_missing(component)
        reference: Schema = component.ref
        return reference

    def _security(self) -> None:
        schemes = {
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "session"},
        }
        for name, schema in schemes.items():
            kind = ResolvedComponent.SECURITY_SCHEMA
            self.registry.register_on_missing(
                ResolvedComponent(name=name, type=kind, schema=schema, object=name)  # type: ignore[no-untyped-call]
            )


def _property(field: Any) -> Schema:
    schema: Schema = dict(field.schema())
    if not field.required and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    words = " ".join(str(each) for each in (field.label, field.help) if each)
    return {**schema, "description": words} if words else schema


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
