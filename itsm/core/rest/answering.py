"""Writing answers: JSON, and problem+json for everything that went wrong (RFC 9457)."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

PROBLEM = "application/problem+json"


class JSON(BaseRenderer):
    """Compact JSON, instants in UTC."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        return json.dumps(
            data, ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False
        ).encode()


class Problem(JSON):
    """Lets a client ask for problems only; every answer is JSON all the same."""

    media_type = PROBLEM
    format = "problem"


def problem(
    status: int,
    detail: str,
    *,
    title: str,
    errors: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """An answer that says what was wrong, in words and, by field, for programs."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = {name: list(sentences) for name, sentences in errors.items()}
    return Response(body | more, status, headers=dict(headers or {}), content_type=PROBLEM)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        text = value.isoformat()
        return f"{text[:-6]}Z" if text.endswith("+00:00") else text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, Decimal | Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON.")
