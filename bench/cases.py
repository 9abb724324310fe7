"""What is measured: the requests, and the figures they are held against."""

import itertools
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from bench import data
from bench.client import Answer, Client, at_once
from bench.server import Server
from itsm.core.models import Delivery

Call = Callable[[Client], Answer]
Load = Callable[[Client, int], Answer]


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    size: int
    value: float
    unit: str
    goal: str
    cpu: float | None = None
    slowest: float | None = None


@dataclass(frozen=True)
class Doors:
    """The clients: a program with a token, a person with a session, a monitoring source."""

    api: Client
    page: Client
    hook: Client
    hook_path: str
    senders: tuple[Client, ...]
    writers: tuple[Client, ...]


SEARCHES = itertools.cycle(
    ["checkout slow", "printer error", "host42 disk", "vpn", "databse timeout", "camera", "expired"]
)


def reading(server: Server, doors: Doors, *, size: int, rounds: int) -> list[Figure]:
    """What a person or a program reads; the median of the rounds."""
    number = doors.api.call("GET", "/api/v1/incidents/?limit=1").json()["results"][0]["number"]

    one_by_api, one_page = f"/api/v1/incidents/{number}/", f"/incidents/{number}/"

    def search_by_api(client: Client) -> Answer:
        return client.call("GET", f"/api/v1/incidents/?search={next(SEARCHES)}".replace(" ", "%20"))

    def search_page(client: Client) -> Answer:
        return client.call("GET", f"/incidents/?q={next(SEARCHES)}".replace(" ", "%20"))

    moved = f"/changes/{data.plan_a_month().number}/fits/?days=1"
    cases: list[tuple[str, Client, Call, str]] = [
        ("list by API", doors.api, lambda c: c.call("GET", "/api/v1/incidents/"), "<= 10 ms"),
        ("list page", doors.page, lambda c: c.call("GET", "/incidents/"), "<= 15 ms"),
        ("search by API", doors.api, search_by_api, "<= 15 ms"),
        ("search page", doors.page, search_page, "<= 15 ms"),
        ("detail by API", doors.api, lambda c: c.call("GET", one_by_api), "<= 8 ms"),
        ("detail page", doors.page, lambda c: c.call("GET", one_page), "<= 25 ms"),
        ("dashboard", doors.page, lambda c: c.call("GET", "/"), "<= 40 ms"),
        ("create by API", doors.api, create, "<= 8 ms"),
        *(
            (
                f"calendar, {view}, 2,000 changes a month",
                doors.page,
                lambda c, view=view: c.call("GET", f"/changes/calendar/?view={view}"),
                "<= 200 ms",
            )
            for view in ("month", "week", "lanes")
        ),
        ("conflicts of a move", doors.page, lambda c: c.call("GET", moved), "<= 100 ms"),
    ]
    return [
        measured(server, what, client, call, size=size, goal=goal, rounds=rounds)
        for what, client, call, goal in cases
    ]


def create(client: Client) -> Answer:
    """One incident, as a program opens it."""
    body = {"title": f"Checkout fails {uuid.uuid4()}", "description": "42% of requests fail."}
    return client.call("POST", "/api/v1/incidents/", {**body, "service": "service-1"})


def measured(
    server: Server, what: str, client: Client, call: Call, *, size: int, goal: str, rounds: int
) -> Figure:
    """The median and the 95th percentile in ms, after ten calls that do not count."""
    for _ in range(10):
        call(client)
    cpu = server.cpu()
    answers = [call(client) for _ in range(rounds)]
    cpu = (server.cpu() - cpu) / rounds * 1000
    if bad := [each.status for each in answers if each.status >= 300]:
        raise SystemExit(f"{what}: {len(bad)} answers failed, such as {bad[0]}.")
    times = sorted(each.seconds * 1000 for each in answers)
    slowest = times[int(len(times) * 0.95)]
    return Figure(what, size, statistics.median(times), "ms", goal, cpu, slowest)


def alert(name: str, *, service: str = "service-2") -> dict[str, object]:
    """One alert as Alertmanager sends it."""
    labels = {"alertname": "ErrorRateHigh", "service": service, "pod": name, "severity": "critical"}
    return {
        "status": "firing",
        "labels": labels,
        "annotations": {"summary": f"{name} answers 42% of requests with 5xx"},
        "startsAt": "2026-11-22T19:18:45.209Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": name,
    }


def webhook(*names: str) -> dict[str, object]:
    """One post of Alertmanager, version 4."""
    alerts = [alert(name, service=f"service-{1 + hash(name) % 30}") for name in names]
    return {"version": "4", "status": "firing", "groupKey": "{}:{}", "alerts": alerts}


def writing(server: Server, doors: Doors, *, size: int) -> list[Figure]:
    """What many send at once."""
    run = uuid.uuid4().hex[:8]

    def post(client: Client, *names: str) -> Answer:
        return client.call("POST", doors.hook_path, webhook(*names))

    def rate(what: str, goal: str, work: Load, *, each: int, alerts: int = 1) -> Figure:
        clients = list(doors.writers if "create" in what else doors.senders)
        cpu = server.cpu()
        value = at_once(clients, work, each=each)
        spent = (server.cpu() - cpu) / (len(clients) * each) * 1000
        return Figure(what, size, value * alerts, "/s", goal, spent)

    bare = rate(
        "bare insert, 8 clients", "",
        lambda c, n: c.call("POST", "/bench/rows/", {"title": f"row {n}"}), each=100,
    )  # fmt: skip
    first = rate(
        "alerts, single posts, first", ">= 400 /s",
        lambda c, n: post(c, f"{run}-{n}"), each=100,
    )  # fmt: skip
    again = rate(
        "alerts, single posts, repeated", ">= first",
        lambda c, n: post(c, f"{run}-{n}"), each=100,
    )  # fmt: skip
    twenty = rate(
        "alerts, posts of 20, first", ">= 3000 /s",
        lambda c, n: post(c, *(f"{run}-{n}-{each}" for each in range(20))), each=40, alerts=20,
    )  # fmt: skip
    twenty_again = rate(
        "alerts, posts of 20, repeated", ">= first",
        lambda c, n: post(c, *(f"{run}-{n}-{each}" for each in range(20))), each=40, alerts=20,
    )  # fmt: skip
    percent = first.value / bare.value * 100
    share = Figure("single posts to bare inserts", size, percent, "%", ">= 50 %")
    creating = rate("create, 8 clients", ">= 250 /s", lambda c, _n: create(c), each=60)
    rest = Figure("at rest after all that", size, seconds_to_rest(), "s", "")
    told = [bare, first, again, share, twenty, twenty_again, creating, rest]
    return [*told, *_storm(server, doors, size)]


def seconds_to_rest(at_most: float = 600) -> float:
    """How long it takes until nothing is owed any more of what happened."""
    began = time.monotonic()
    while Delivery.objects.filter(given_up_at=None).exists():
        if time.monotonic() - began > at_most:
            raise SystemExit("What is owed is not paid.")
        time.sleep(0.2)
    return time.monotonic() - began


def _storm(server: Server, doors: Doors, size: int) -> list[Figure]:
    """One post of 500 alerts beside one of a single alert, all new each time."""

    def fresh(count: int) -> Call:
        def call(client: Client) -> Answer:
            run = uuid.uuid4().hex[:8]
            names = (f"{run}-{place}" for place in range(count))
            return client.call("POST", doors.hook_path, webhook(*names))

        return call

    def figure(what: str, count: int, rounds: int) -> Figure:
        return measured(server, what, doors.hook, fresh(count), size=size, goal="", rounds=rounds)

    one, many = figure("1 new alert in a post", 1, 40), figure("500 new alerts in a post", 500, 7)
    return [one, many, Figure("500 alerts to 1", size, many.value / one.value, "x", "<= 10 x")]
