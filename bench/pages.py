"""What the pages cost: the server's time, bytes on the wire, and how a browser feels them."""

import os
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.cases import Figure, measured
from bench.client import Client
from bench.server import Server, session_of
from incidents.models import Incident
from itsm.people.actions import issue_token
from itsm.people.models import User
from tests.browser import executable

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
WATCHING = Path(__file__).with_name("watching.js")
# Keys that do something on most pages of the staff; elsewhere Tab moves the focus.
KEYS = ("j", "j", "k", "?", "Escape", "Tab", "Tab")
BUDGET = {
    "cpu ms": 40, "p95 ms": 120, "first KB": 150, "later KB": 30, "JS KB": 60, "LCP ms": 1000,
    "CLS": 0.05, "INP ms": 100,
}  # fmt: skip
A_SECOND, SECONDS = 50, 8


@dataclass
class Weight:
    """What a browser fetched for one view of a page."""

    total: int = 0
    scripts: int = 0
    heads: dict[str, int] = field(default_factory=dict)

    def begun(self, event: Mapping[str, Any]) -> None:
        if event["type"] == "Script":
            self.heads[event["requestId"]] = int(event["response"]["encodedDataLength"])

    def ended(self, event: Mapping[str, Any]) -> None:
        size = int(event["encodedDataLength"])
        self.total += size
        if event["requestId"] in self.heads:
            self.scripts += max(0, size - self.heads[event["requestId"]])


def report(server: Server, *, size: int, rounds: int) -> None:
    """Measure every page and print one table, what is over its budget in bold."""
    # Playwright runs an event loop in this thread, which Django would take for a careless view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    print(f"Pages at {size:,} tickets\n")
    print(f"| page | {' | '.join(f'{what} ≤ {most:g}' for what, most in BUDGET.items())} |")
    print(f"|---|{'---|' * len(BUDGET)}")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        for person, place in _pages():
            cookie = session_of(person)
            served = measured(
                server,
                place,
                Client(server.port, {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}),
                lambda client, place=place: client.call("GET", place),  # type: ignore[misc]
                size=size,
                goal="",
                rounds=rounds,
            )
            _print(place, _row(served, _felt(browser, server, cookie, place)))
        _storm(browser, server)
        browser.close()


def _pages() -> list[tuple[str, str]]:
    agent = User.objects.get(username="agent-1")
    worked_on = Incident.objects.filter(assignee=agent).order_by("-pk")[0]
    reported = Incident.objects.filter(caller__username="requester-1").order_by("-pk")[0]
    staff = [
        "/", "/incidents/", "/incidents/?assignee=me", f"/incidents/{worked_on.number}/",
        f"/incidents/{worked_on.number}/edit/", "/incidents/new/", "/search/?q=checkout+slow",
        "/alerts/", "/services/", "/services/service-1/", "/inbox/", "/account/",
    ]  # fmt: skip
    portal = ["/portal/", "/portal/report/", "/portal/items/", f"/portal/items/{reported.number}/"]
    return [("agent-1", each) for each in staff] + [("requester-1", each) for each in portal]


def _opened(browser: Browser, server: Server, cookie: str) -> tuple[BrowserContext, Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(path=WATCHING)
    name, address = settings.SESSION_COOKIE_NAME, f"http://127.0.0.1:{server.port}"
    context.add_cookies([{"name": name, "value": cookie, "url": address}])
    return context, context.new_page()


def _felt(browser: Browser, server: Server, cookie: str, place: str) -> dict[str, float]:
    context, page = _opened(browser, server, cookie)
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    weights = []
    for _ in ("first", "later"):
        weights.append(Weight())
        line.on("Network.responseReceived", weights[-1].begun)
        line.on("Network.loadingFinished", weights[-1].ended)
        page.goto(f"http://127.0.0.1:{server.port}{place}")
        page.wait_for_timeout(300)
        line.remove_listener("Network.responseReceived", weights[-1].begun)
        line.remove_listener("Network.loadingFinished", weights[-1].ended)
    for key in KEYS:
        page.keyboard.press(key)
        page.wait_for_timeout(60)
    noted: dict[str, float] = page.evaluate("() => noted")
    context.close()
    first, later = weights
    return {
        "first KB": first.total / 1000,
        "later KB": later.total / 1000,
        "JS KB": first.scripts / 1000,
        "LCP ms": noted["lcp"],
        "CLS": noted["cls"],
        "INP ms": noted["inp"],
    }


def _row(served: Figure, felt: Mapping[str, float]) -> dict[str, float]:
    return {"cpu ms": served.cpu or 0, "p95 ms": served.slowest or 0, **felt}


def _print(place: str, row: Mapping[str, float]) -> None:
    cells = []
    for what, most in BUDGET.items():
        told = f"{row[what]:.2f}" if most < 1 else f"{row[what]:.0f}"
        cells.append(told if row[what] <= most else f"**{told}**")
    print(f"| {place} | {' | '.join(cells)} |", flush=True)


def _storm(browser: Browser, server: Server) -> None:
    """An open dashboard while fifty records a second change, and somebody who types."""
    cookie = session_of("agent-1")
    context, page = _opened(browser, server, cookie)
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.wait_for_selector("html[data-live=on]")
    page.evaluate("() => Object.assign(noted, { inp: 0, longest: 0 })")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened = _Writer(server)
    opened.start()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        page.keyboard.press("j")
        page.wait_for_timeout(120)
    opened.join()
    noted = page.evaluate("() => noted")
    context.close()
    print(
        f"\n{opened.written} records opened in {SECONDS} s before an open dashboard: INP"
        f" {noted['inp']:.0f} ms (≤ 200), longest task {noted['longest']:.0f} ms,"
        f" {len(asked)} requests for news."
    )


class _Writer(threading.Thread):
    """Opens fifty incidents a second, as a monitoring tool's post of alerts does."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.written = 0
        _token, plain = issue_token(user=User.objects.get(username="agent-2"), name="storm")
        self._client = Client(server.port, {"Authorization": f"Bearer {plain}"})

    def run(self) -> None:
        began = time.monotonic()
        while time.monotonic() - began < SECONDS:
            title = f"Storm {uuid.uuid4()}"
            answer = self._client.call("POST", "/api/v1/incidents/", {"title": title})
            self.written += answer.status == 201
            ahead = self.written / A_SECOND - (time.monotonic() - began)
            time.sleep(max(0.0, ahead))
