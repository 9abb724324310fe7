import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from itsm.core import http


@pytest.fixture
def server() -> Iterator[str]:
    """A small web server on this machine; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/redirect":
                self.send_response(302)
                self.send_header("Location", "http://169.254.169.254/")
                self.end_headers()
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.headers["Host"].encode() if self.path == "/" else b"x" * 5000)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    httpd = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1]/",
        "http://93.184.216.34/",
        "file:///etc/passwd",
        "gopher://93.184.216.34/",
    ],
)
def test_private_plain_and_strange_addresses_are_refused(url: str) -> None:
    with pytest.raises(http.Unreachable):
        http.call("GET", url)


def test_an_address_the_administrator_listed_is_called(server: str, settings: Any) -> None:
    settings.ALLOWED_OUTBOUND = ["127.0.0.0/8"]

    answer = http.call("GET", server)

    assert answer.status_code == 200
    assert answer.text == server.removeprefix("http://")


def test_redirects_are_not_followed(server: str, settings: Any) -> None:
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]

    assert http.call("GET", f"{server}/redirect").status_code == 302


def test_an_answer_that_is_too_large_is_cut_off(server: str, settings: Any) -> None:
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]

    with pytest.raises(http.Unreachable, match="larger"):
        http.call("GET", f"{server}/long", max_bytes=1000)


def test_a_name_that_answers_differently_the_second_time_gains_nothing(
    server: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr("itsm.core.http.socket.getaddrinfo", resolve)
    monkeypatch.setattr(
        "httpx.Client.stream",
        lambda _client, _method, url, **_rest: (
            pytest.fail(f"called {url}")
            if url.host != "93.184.216.34"
            else (_ for _ in ()).throw(httpx.ConnectError("no network here"))
        ),
    )

    with pytest.raises(http.Unreachable):
        http.call("GET", "https://rebind.example.test/")
    assert asked == ["rebind.example.test"]
