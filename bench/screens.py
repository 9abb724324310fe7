"""Takes a picture of every page of the demo company: python -m bench.screens [folder].

Pages are found as people find them: by the links of the pages before. Of pages alike, such as those
of two incidents, one is taken; each wide and on a phone, in the light and in the dark.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

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
from playwright.sync_api import Browser, sync_playwright

from bench.server import Server, session_of
from itsm.people.models import User
from tests.browser import executable

STARTS = {"charlie": "/portal/", "alice": "/", "dana": "/admin/"}
BESIDES = {"alice": ["/styleguide/", "/wallboard/"], "charlie": [], "dana": []}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
NOBODYS = ["/sign-in/", "/sign-in/forgotten/"]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SETTLED = 150  # ms
FACES = {"wide": (1440, 900), "phone": (390, 844)}
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)"')
MOST_PAGES = 150


def main(folder: Path) -> None:
    """Fill the company, find its pages, and photograph them."""
    call_command("migrate", verbosity=0)
    call_command("demo")
    call_command("collectstatic", verbosity=0, interactive=False)
    with Server() as server, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        address = f"http://127.0.0.1:{server.port}"
        found = {person: list(pages(person, start)) for person, start in STARTS.items()}
        for person, places in {"nobody": NOBODYS, **found}.items():
            for face in FACES:
                photograph(browser, address, person, places, face=face, folder=folder)
            print(f"{person}: {len(places)} pages", flush=True)
        browser.close()


def pages(person: str, start: str) -> Iterator[str]:
    """One address of every sort of page this person gets to."""
    visitor = Visitor(headers={"Host": "localhost"})
    visitor.force_login(User.objects.get(username=person))
    waiting, sorts = [start, *BESIDES[person]], set[str]()
    while waiting and len(sorts) < MOST_PAGES:
        place = waiting.pop(0)
        sort = _sort_of(place)
        if sort is None or sort in sorts:
            continue
        answer = visitor.get(place)
        is_page = answer.status_code == 200 and not answer.streaming
        if is_page and b"<!doctype html" in answer.content[:100].lower():
            sorts.add(sort)
            waiting += LINK.findall(answer.content.decode())
            yield place


def _sort_of(place: str) -> str | None:
    try:
        match = resolve(place.partition("?")[0])
    except Resolver404:
        return None
    return match.route if match.app_name != "admin" else f"{match.route} {match.view_name}"


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
        page.goto(address + place)
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
    main(Path(sys.argv[1] if len(sys.argv) > 1 else settings.DATA_DIR / "screens"))
