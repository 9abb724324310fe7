"""Takes a picture of every page of the demo company: python -m bench.screens [folder [person …]].

Pages are found as people find them, by the links of the pages before, and by the table of all doors
where they can be told from it. Of pages alike, such as those of two incidents, one is taken, of the
person it is made for; each wide and on a phone, in the light and in the dark. What the table knows
and nobody has found is named at the end.
"""

import html
import os
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
os.environ["DEMO"] = "1"
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ["DB_POOL"] = "0"
# Playwright runs an event loop in this thread, which Django would take for a careless view.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import django
from django.core.management import call_command

django.setup()

from django.conf import settings
from django.test import Client as Visitor
from django.urls import Resolver404, resolve
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from bench.server import Server, session_of
from changes.actions.meetings import plan_meetings
from changes.models import Board, Meeting
from itsm.monitoring.models import Silence
from itsm.people.models import Team, User
from itsm.tickets.saved import SavedView
from problems.models import Problem
from requests.models import Order
from tests.browser import executable
from tests.doors import PEOPLE, rows

# The person a page is made for is the first of these who gets to it.
STARTS = {"nobody": "/sign-in/", "charlie": "/portal/", "alice": "/", "dana": "/admin/"}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SETTLED = 150  # ms
FACES = {"wide": (1440, 900), "phone": (390, 844)}
LINK = re.compile(r'\b(?:href|hx-get|action)="([^"#:]+)"')
# What is asked for by pages, and shows none.
PARTS = re.compile(r"/(?:presence|earlier|lines)/$|^(?:files|suggest|knowledge/images)/")
PLACEHOLDER = re.compile(r"\(\?P<\w+>[^)]*\)|<[^>]+>|{\w+}")
Sorts = dict[str, str]


def main(folder: Path, people: list[str]) -> None:
    """Fill the company, find its pages, and photograph those made for these people."""
    call_command("migrate", verbosity=0)
    call_command("demo")
    furnish()
    call_command("collectstatic", verbosity=0, interactive=False)
    with Server() as server, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        address = f"http://127.0.0.1:{server.port}"
        found: Sorts = {}
        for person, start in STARTS.items():
            places = [*pages(person, start, found), *_refusals(person)]
            for face in FACES if not people or person in people else ():
                photograph(browser, address, person, places, face=face, folder=folder)
            print(f"{person}: {len(places)} pages", flush=True)
        browser.close()
    missing = sorted(sort for sort in shown() - set(found) if not PARTS.search(sort))
    print("Not found:", *(missing or ["nothing"]), sep="\n  ")


def furnish() -> None:
    """Give the company what it has none of, and pages would be missing without."""
    alice, team = User.objects.get(username="alice"), Team.objects.earliest("pk")
    SavedView.objects.get_or_create(owner=alice, kind="incident", name="Urgent", query="priority=1")
    board = Board(slug="advisory", name="Advisory board", team=team, chair=alice)
    board.first_at, board.repeats = timezone.now() + timedelta(days=1), "FREQ=WEEKLY"
    board.save()
    plan_meetings(board=board)


def pages(person: str, start: str, found: Sorts) -> Iterator[str]:
    """One address of every sort of page this person gets to and nobody before has found."""
    visitor = Visitor(headers={"Host": "localhost"})
    if person != "nobody":
        visitor.force_login(User.objects.get(username=person))
    asked, waiting = set[str](), [start, *_known_places(person), *_hidden_places()]
    while waiting:
        place = waiting.pop(0)
        sort, look = _sort_of(place), _look_of(place)
        if sort is None or look in asked:
            continue
        answer = visitor.get(place)
        if answer.status_code != 200:
            continue
        asked.add(look)
        if answer.streaming or b"<!doctype html" not in answer.content[:100].lower():
            found[sort] = found[look] = found.get(sort, "")
            continue
        links = LINK.findall(answer.content.decode())
        waiting += [urljoin(place, html.unescape(each)) for each in links]
        if look not in found:
            found[sort] = found[look] = place
            yield place


def shown() -> set[str]:
    """The sorts of everything somebody is shown, by the table of doors."""
    return {
        _plain(address)
        for (method, address), codes in rows().items()
        if method == "GET" and not address.startswith("api/v1/") and 200 in codes
    }


def _known_places(person: str) -> Iterator[str]:
    for (method, address), codes in rows().items():
        is_whole = not PLACEHOLDER.search(address) and not address.startswith("api/v1/")
        if method == "GET" and is_whole and codes[PEOPLE.index(person)] == 200:
            yield f"/{address}"


def _hidden_places() -> Iterator[str]:
    """Places that the pages do not lead to which stand for their sort."""
    for problem in Problem.objects.order_by("-pk"):
        yield f"/problems/{problem.number}/review/"
        yield f"/portal/known-errors/{problem.number}/"
    yield from (f"/portal/orders/{each.number}/" for each in Order.objects.order_by("-pk"))
    yield from (f"/alerts/silences/{each.pk}/" for each in Silence.objects.all()[:3])
    yield from (f"/changes/meetings/{each.pk}/" for each in Meeting.objects.all()[:1])
    yield from (f"/incidents/views/{each.pk}/edit/" for each in SavedView.objects.all()[:1])


def _refusals(person: str) -> Iterator[str]:
    """What this person is told where there is nothing, and where it may not go."""
    yield "/nowhere/"
    for (method, address), codes in rows().items():
        is_whole = not PLACEHOLDER.search(address) and not address.startswith("api/")
        if method == "GET" and is_whole and codes[PEOPLE.index(person)] == 403:
            yield f"/{address}"
            return


def _look_of(place: str) -> str:
    """The sort of a page, and of an analysis its method: each asks for other things."""
    sort = _sort_of(place) or ""
    method = place.partition("?")[0].rstrip("/").rpartition("/")[2]
    return sort + method if "/analysis/" in sort else sort


def _sort_of(place: str) -> str | None:
    try:
        match = resolve(place.partition("?")[0])
    except Resolver404:
        return None
    return _plain(match.route)


def _plain(route: str) -> str:
    return PLACEHOLDER.sub("*", route).replace("^", "").rstrip("$")


def photograph(
    browser: Browser, address: str, person: str, places: list[str], *, face: str, folder: Path
) -> None:
    """Every page of a person on one face, in the light and in the dark, as files named after it.

    A page is fetched once and shown in both: most of the time goes into fetching and painting.
    """
    width, height = FACES[face]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=face == "phone",
        reduced_motion="reduce",
    )
    if person != "nobody":
        name, cookie = settings.SESSION_COOKIE_NAME, session_of(person)
        context.add_cookies([{"name": name, "value": cookie, "url": address}])
    page = context.new_page()
    for place in places:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address + place)
        # As high as all there is: else what stays at the foot of a phone lies in the middle of it.
        whole = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": max(height, whole)})
        page.wait_for_timeout(SETTLED)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            name = re.sub(r"\W+", "-", place).strip("-")[:80] or "home"
            shelf = folder / f"{face}-{scheme}"
            shelf.mkdir(parents=True, exist_ok=True)
            page.screenshot(
                path=shelf / f"{person}-{name}.jpg", type="jpeg", quality=82, full_page=True
            )
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else settings.DATA_DIR / "screens"), sys.argv[2:])
