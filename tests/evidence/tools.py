"""Tools that keep metrics and logs, as far as their documented interfaces matter here."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Heard:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form."""
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


Answer = Callable[[Heard], tuple[int, Any]]


@dataclass
class Tool:
    """A server that answers as it is told to, and remembers what it was asked."""

    address: str = ""
    answer: Answer = lambda _heard: (200, {})
    heard: list[Heard] = field(default_factory=list)
    # Set to let answers go that are held back until then.
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running() -> Iterator[Tool]:
    """A tool on this machine, for as long as it is needed."""
    tool = Tool()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            heard = Heard(
                method=self.command,
                path=parts.path,
                query={name: values[0] for name, values in parse_qs(parts.query).items()},
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )
            tool.heard.append(heard)
            status, said = tool.answer(heard)
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def do_GET(self) -> None:
            self._take()

        def do_POST(self) -> None:
            self._take()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    tool.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield tool
    finally:
        tool.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
