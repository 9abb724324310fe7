"""Takes a picture of every page of the demo company: python -m bench.screens [folder].

Pages are found as people find them: by the links of the pages before. Of pages alike, such as those
of two incidents, one is taken; each wide and on a phone, in the light and in the dark.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

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

from bench.server import Server
from itsm.people.models import User
from tests.browser import executable

STARTS = {"charlie": "/portal/", "alice": "/", "dana": "/admin/"}
BESIDES = {"alice": ["/styleguide/", "/wallboard/"], "charlie": [], "dana": []}
FACES = {"wide": (1440, 900), "phone": (390, 844)}
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)"')
MOST_PAGES = 150


def main(folder: Path) -> None:
    """Fill the company, find its pages, and photograph them."""
    call_command("migrate", verbosity=0)
    call_command("demo")
    call_command("collectstatic", verbosity=0, interactive=False)
    with Server() as server, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        address = f"http://127.0.0.1:{server.port}"
        everybody: list[tuple[str, str]] = [
            ("nobody", "/sign-in/"),
            ("nobody", "/sign-in/forgotten/"),
        ]
        for person, start in STARTS.items():
            everybody += [(person, each) for each in pages(person, start)]
        for face in FACES:
            for scheme in ("light", "dark"):
                photograph(browser, address, everybody, folder / f"{face}-{scheme}")
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
    browser: Browser, address: str, everybody: list[tuple[str, str]], folder: Path
) -> None:
    """Every page on one face in one scheme, as files named after person and address."""
    folder.mkdir(parents=True, exist_ok=True)
    face, scheme = folder.name.split("-")
    width, height = FACES[face]
    for person in dict.fromkeys(person for person, _place in everybody):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            has_touch=face == "phone",
            reduced_motion="reduce",
        )
        if person != "nobody":
            visitor = Visitor()
            visitor.force_login(User.objects.get(username=person))
            cookie = visitor.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}]
            )
        page = context.new_page()
        for place in [place for who, place in everybody if who == person]:
            page.goto(address + place)
            page.wait_for_timeout(200)
            name = re.sub(r"\W+", "-", place).strip("-")[:80] or "home"
            page.screenshot(path=folder / f"{person}-{name}.png", full_page=True)
        context.close()
    print(f"{folder}: {len(everybody)} pictures")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else settings.DATA_DIR / "screens"))
