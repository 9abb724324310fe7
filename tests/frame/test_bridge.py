"""What WSGI cannot say is mended before Django sees it."""

from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from itsm.core import bridge
from itsm.core.bridge import Bridge


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers with what a WSGI application is told."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "text/plain")])
    told = [environ["QUERY_STRING"], environ.get("HTTP_X_REQUEST_ID", ""), body.decode()]
    return ["\n".join(told).encode()]


@pytest.fixture
def client() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Bridge(echo, threads=2))
    return httpx.AsyncClient(transport=transport, base_url="http://steady.test")


async def in_pieces(*pieces: bytes) -> Any:
    for piece in pieces:
        yield piece


async def test_a_body_sent_in_chunks_arrives_whole(client: httpx.AsyncClient):
    answer = await client.post("/", content=in_pieces(b"alert", b"ing"))

    assert answer.text.splitlines()[2] == "alerting"


async def test_a_query_of_any_bytes_is_read():
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/",
        "headers": [],
    }
    scope |= {"query_string": b"q=caf\xc3\xa9&a=%20b"}
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await Bridge(echo, threads=1)(scope, receive, send)

    assert sent[1]["body"].splitlines()[0] == b"q=caf%C3%A9&a=%20b"


async def test_a_header_with_underscores_cannot_pass_for_another(client: httpx.AsyncClient):
    answer = await client.get("/", headers={"X_Request_ID": "forged", "X-Request-ID": "true"})

    assert answer.text.splitlines()[1] == "true"


async def test_a_body_beyond_all_measure_is_refused(client: httpx.AsyncClient, monkeypatch):
    monkeypatch.setattr(bridge, "MAX_BODY", 10)

    declared = await client.post("/", content=b"x" * 11)
    undeclared = await client.post("/", content=in_pieces(b"x" * 6, b"x" * 6))

    assert (declared.status_code, undeclared.status_code) == (413, 413)
    assert declared.headers["Content-Type"] == "application/problem+json"
    assert declared.json()["status"] == 413
