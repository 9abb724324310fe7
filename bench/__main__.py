"""Runs every case at every size and prints one table: python -m bench [--sizes 10000,100000]."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.bare.settings"
os.environ.setdefault("SECRET_KEY", "only-for-measuring-0123456789-0123456789-0123456789")
os.environ.setdefault("API_RATE", "0")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ["DB_POOL"] = "0"

import django
from django.core.management import call_command

django.setup()

from django.db import connection
from django.utils import timezone

from bench import (
    calendar,
    cases,
    catalogue,
    data,
    delivery,
    gate,
    healing,
    knowledge,
    known_errors,
    live,
    pages,
    rules,
)
from bench.client import Client
from bench.server import Server, cookie_of
from itsm.core.chores import timetable
from itsm.core.models import Chore
from itsm.core.sealing import seal_events
from itsm.monitoring.actions import create_source
from itsm.people.actions import issue_token
from itsm.people.models import User

# What can be measured by itself.
PARTS: dict[str, Callable[..., Any]] = {
    "pages": pages.report,
    "gate": gate.report,
    "calendar": calendar.report,
    "delivery": delivery.report,
    "healing": healing.report,
    "catalogue": catalogue.report,
}
# What needs no web server beside it.
ALONE: dict[str, Callable[..., Any]] = {
    "knowledge": knowledge.report,
    "known-errors": known_errors.report,
    "rules": rules.report,
}


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    options = _asked(arguments)
    _prepare()
    sizes = [int(each) for each in options.sizes.split(",")]
    if options.part == "gate":
        sizes = sizes[:1]  # it brings changes and services of its own, once
    if options.part in ALONE:
        _print(_alone(options.part, sizes))
        return
    figures: list[cases.Figure] = []
    for size in sizes:
        data.grow_to(size)
        os.environ["DB_POOL"] = "12"
        with Server() as server:
            if options.part in PARTS:
                figures += PARTS[options.part](server, size=size, rounds=options.rounds) or []
                continue
            doors = _doors(server, size)
            cases.seconds_to_rest()
            measured = cases.reading(server, doors, size=size, rounds=options.rounds)
            measured += cases.writing(server, doors, size=size)
            cases.seconds_to_rest()
            measured += live.showing(server, doors, size=size)
            if size == sizes[-1]:
                pages.report(server, size=size, rounds=options.rounds)
        for each in measured:
            print(f"{size:>9,}  {each.what}: {_cell(each)}", file=sys.stderr, flush=True)
        figures += measured
    if figures:
        _print(figures)


def _prepare() -> None:
    # The generator's statements are too many-sided to be prepared; the server keeps its settings.
    for option in ("server_side_binding", "prepare_threshold"):
        connection.settings_dict["OPTIONS"].pop(option, None)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    data.make_people()
    # A house that runs has learnt and counted last night, and sealed what happened as it happened:
    # no page is to pay for a million tickets that came at once.
    tomorrow = timezone.now() + timedelta(days=1)
    long = [name for name, each in timetable.items() if each.is_long]
    put_off = [*long, f"{seal_events.__module__}.{seal_events.__name__}"]
    Chore.objects.bulk_create([Chore(name=name, due_at=tomorrow) for name in put_off])


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("part", nargs="?", default="all", choices=("all", *PARTS, *ALONE))
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=60)
    return parser.parse_args(arguments)


def _alone(part: str, sizes: Sequence[int]) -> list[cases.Figure]:
    figures: list[cases.Figure] = []
    for size in sizes:
        data.grow_to(size)
        figures += ALONE[part](size=size)
    return figures


def _doors(server: Server, size: int) -> cases.Doors:
    agent = User.objects.get(username="agent-1")
    admin, _ = User.objects.get_or_create(username="bench-admin", defaults={"role": "admin"})
    _token, plain = issue_token(user=agent, name="bench")
    _source, secret = create_source(kind="alertmanager", name=f"Bench {size}", actor=admin)

    def door(**headers: str) -> Client:
        return Client(server.port, headers)

    return cases.Doors(
        api=door(Authorization=f"Bearer {plain}"),
        page=door(Cookie=cookie_of(agent.username)),
        hook=door(Authorization=f"Bearer {secret}"),
        hook_path=f"/hooks/{_source.slug}/",
        senders=tuple(door(Authorization=f"Bearer {secret}") for _ in range(8)),
        writers=tuple(door(Authorization=f"Bearer {plain}") for _ in range(8)),
    )


def _print(figures: Sequence[cases.Figure]) -> None:
    sizes = sorted({each.size for each in figures})
    print(f"| what | goal | {' | '.join(f'{size:,} tickets' for size in sizes)} |")
    print(f"|---|---|{'---|' * len(sizes)}")
    for what in dict.fromkeys(each.what for each in figures):
        row = {each.size: each for each in figures if each.what == what}
        goal = next(iter(row.values())).goal
        print(f"| {what} | {goal} | {' | '.join(_cell(row.get(size)) for size in sizes)} |")


def _cell(figure: cases.Figure | None) -> str:
    if figure is None:
        return ""
    value = f"{figure.value:,.1f}" if figure.value < 100 else f"{figure.value:,.0f}"
    extra = [f"p95 {figure.slowest:.1f}"] if figure.slowest is not None else []
    extra += [f"cpu {figure.cpu:.1f} ms"] if figure.cpu is not None else []
    return f"{value} {figure.unit}" + (f" ({', '.join(extra)})" if extra else "")


if __name__ == "__main__":
    main(sys.argv[1:])
