"""How soon people see what happened: rows painted in a browser, and many open sockets."""

import asyncio
import json
import statistics
import time
import uuid

from playwright.sync_api import Page, sync_playwright
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from bench.cases import Doors, Figure, alert
from bench.client import Client
from bench.server import Server
from tests.browser import executable

SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SOCKETS = 500
CALM = 1.3  # seconds: the dashboard repaints at once, and then at most once a second


def showing(server: Server, doors: Doors, *, size: int, rounds: int = 15) -> list[Figure]:
    """The time from an alert's post to its row in a browser, and to 500 sockets."""
    return [_painted(server, doors, size=size, rounds=rounds), _told(server, doors, size=size)]


def _post_new(client: Client, path: str) -> str:
    """Post an alert of a service nobody has heard of; the number of its new incident."""
    name = uuid.uuid4().hex[:12]
    body = {"version": "4", "alerts": [alert(name, service=f"new-{name}")]}
    return str(client.call("POST", path, body).json()["number"])


def _painted(server: Server, doors: Doors, *, size: int, rounds: int) -> Figure:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=SWITCHES)
        context = browser.new_context()
        name, _, value = doors.page.headers["Cookie"].partition("=")
        address = f"http://127.0.0.1:{server.port}"
        context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/")
        page.wait_for_selector("[data-live-status]:has-text('Live')", timeout=15_000)
        times = [_row_after_post(page, doors) for _ in range(rounds + 3)][3:]
        browser.close()
    slowest = sorted(times)[int(len(times) * 0.95)]
    median = statistics.median(times)
    return Figure("alert to row painted", size, median, "ms", "<= 300 ms", None, slowest)


def _row_after_post(page: Page, doors: Doors) -> float:
    time.sleep(CALM)
    begin = time.perf_counter()
    number = _post_new(doors.hook, doors.hook_path)
    page.wait_for_selector(f"text={number}", timeout=10_000)
    return (time.perf_counter() - begin) * 1000


def _told(server: Server, doors: Doors, *, size: int) -> Figure:
    seconds = asyncio.run(_tell_all(server, doors))
    return Figure(f"alert to {SOCKETS} sockets told", size, seconds * 1000, "ms", "")


async def _tell_all(server: Server, doors: Doors) -> float:
    address = f"ws://127.0.0.1:{server.port}/ws/live/"
    headers = {"Cookie": doors.page.headers["Cookie"]}
    origin = Origin(f"http://127.0.0.1:{server.port}")
    sockets = [
        await connect(address, additional_headers=headers, origin=origin, ping_interval=None)
        for _ in range(SOCKETS)
    ]
    await asyncio.gather(*(_greet(each) for each in sockets))
    begin = time.perf_counter()
    number = await asyncio.to_thread(_post_new, doors.hook, doors.hook_path)
    await asyncio.gather(*(_hear(each, number) for each in sockets))
    seconds = time.perf_counter() - begin
    await asyncio.gather(*(each.close() for each in sockets))
    return seconds


async def _greet(socket: ClientConnection) -> None:
    hello = json.loads(await socket.recv())
    await socket.send(json.dumps({"type": "resume", "cursor": hello["cursor"]}))


async def _hear(socket: ClientConnection, number: str) -> None:
    while json.loads(await socket.recv()).get("number") != number:
        pass
