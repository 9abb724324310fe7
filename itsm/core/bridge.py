"""Between the web server and Django's WSGI application: what WSGI cannot say is mended here."""

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import quote_from_bytes

from a2wsgi import WSGIMiddleware

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BODY = 32 * 1024 * 1024
TOO_LARGE = json.dumps(
    {
        "type": "about:blank",
        "title": "Request Entity Too Large",
        "status": 413,
        "detail": "The body is larger than 32 MB; send less at once.",
    }
).encode()


class Bridge:
    """An ASGI application that hands each request to a WSGI application in a thread."""

    def __init__(
        self, pages: Any, *, threads: int, on_start: Iterable[Callable[[], object]] = ()
    ) -> None:
        self._pages: Any = WSGIMiddleware(pages, workers=threads)
        self._on_start = tuple(on_start)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for start in self._on_start:
                start()
            await self._pages(scope, receive, send)
            return
        length = _header(scope, b"content-length")
        if length.isdigit() and int(length) > MAX_BODY:
            await _refuse(send)
        elif _header(scope, b"transfer-encoding"):
            await self._with_length(scope, receive, send)
        else:
            await self._pages(_mended(scope), receive, send)

    async def _with_length(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a body sent in chunks, which Django would take for empty without a length."""
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BODY:
                await _refuse(send)
                return
        await self._pages(
            _mended(scope, length=len(body)), _replayed(bytes(body), then=receive), send
        )


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _mended(scope: Scope, *, length: int | None = None) -> Scope:
    """The scope with an ASCII query and without headers that could pass for others.

    WSGI writes ``X_Request_Id`` and ``X-Request-Id`` alike, so a header with an underscore could
    add to one that a proxy has set.
    """
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    query = scope["query_string"]
    if not query.isascii():
        query = quote_from_bytes(query, safe="%&=+;/?:@,!$'()*-._~").encode()
    return {**scope, "headers": headers, "query_string": query}


def _replayed(body: bytes, *, then: Receive) -> Receive:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else await then()

    return receive


async def _refuse(send: Send) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": 413,
            "headers": [
                (b"content-type", b"application/problem+json"),
                (b"content-length", str(len(TOO_LARGE)).encode()),
                (b"connection", b"close"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": TOO_LARGE})
