"""The product on a real port, and a real browser before it."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import override_settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    expect,
    sync_playwright,
)

from itsm.core.supervision.programs import listening_socket
from itsm.core.supervision.static_files import collect_if_changed
from itsm.people.models import User
from itsm.people.session_store import SessionStore
from tests.browser import PACKAGE, executable
from tests.loopback import PLAIN

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    # Pages are gone before code that is made better has paid for it.
    "--js-flags=--always-sparkplug,--max-optimized-bytecode-size=0,--no-maglev",
]  # fmt: skip
# A busy machine paints late; what never comes fails all the same.
expect.set_options(timeout=15_000)
STATIC_ROOT = settings.DATA_DIR / "test-static"
FACES = {"wide": (1440, 900), "phone": (390, 844), "small": (360, 740)}


Launch = Callable[..., Browser]


@pytest.fixture(scope="package")
def launch() -> Iterator[Launch]:
    """Start a browser, which ends with the last journey."""
    path = executable()
    if path is None:
        reason = f"No browser here: `apt-get install {PACKAGE}`."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    # Playwright runs an event loop in this thread, which Django would take for a careless view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as play:
        yield lambda *more: play.chromium.launch(executable_path=path, args=[*ARGUMENTS, *more])


@pytest.fixture(scope="package")
def chromium(launch: Launch) -> Browser:
    """One browser for all journeys."""
    return launch()


class House:
    """The running web process: started, ended and started again on the same port."""

    def __init__(self) -> None:
        self.socket = listening_socket("127.0.0.1", port=18300, tries=100)
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        given = settings.DATABASES["default"]
        database = f"postgresql://{given['USER']}@/{connection.settings_dict['NAME']}"
        environment = {
            **os.environ,
            "DATABASE_URL": f"{database}?host={given['HOST']}",
            "BASE_URL": self.address,
            "DEBUG": "0",
            "STATIC_ROOT": str(STATIC_ROOT),
            "DEMO": "0",
            "LOG_LEVEL": "WARNING",
            "SECRET_KEY": settings.SECRET_KEY,
        }
        command = [
            sys.executable, "-m", "uvicorn", "itsm.asgi:application", "--log-level", "warning",
            "--fd", str(self.socket.fileno()),
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, env=environment, pass_fds=[self.socket.fileno()], cwd=settings.BASE_DIR
        )
        self.wait()

    def wait(self) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                httpx.get(f"{self.address}/sign-in/", timeout=5, verify=PLAIN)
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                return
        pytest.fail("The web process did not answer within 30 s.")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def production_files() -> Iterator[None]:
    """Name static files as production does."""
    storage = {"BACKEND": "itsm.core.static_storage.StaticFiles"}
    storages = {**settings.STORAGES, "staticfiles": storage}
    with override_settings(STATIC_ROOT=STATIC_ROOT, STORAGES=storages):
        yield


def collect_static_files() -> None:
    """Collect them as for production, one process of a parallel run for all."""
    with (settings.DATA_DIR / "test-static.lock").open("w") as lock, production_files():
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = settings.DATA_DIR / "test-static.stamp"
        collect_if_changed(stamp, rooms=apps.get_app_configs())


@pytest.fixture(scope="package")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """The product as people run it, on the test database."""
    collect_static_files()
    running = House()
    try:
        with django_db_blocker.unblock():
            running.start()
        yield running
    finally:
        running.kill()
        running.socket.close()


class Person:
    """Somebody before a browser; what the browser complained of is kept."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", self._hear)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def leave(self) -> bool:
        """Leave the browser empty, as for whoever comes next; whether that went well."""
        self.page.remove_listener("console", self._note)
        self.page.remove_listener("pageerror", self._hear)
        try:
            self.page.unroute_all()
            self.page.goto(f"{self.address}/healthz")
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
            self.page.goto("about:blank")
        except Error:  # the house may be away
            return False
        self.context.clear_cookies()
        return True

    def _hear(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning") and "WebSocket" not in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    def go_live(self, path: str) -> Page:
        page = self.go(path)
        page.wait_for_selector("html[data-live=on]", timeout=15_000)
        return page


Sit = Callable[..., Person]
Desks = dict[str, list[Page]]


@pytest.fixture(scope="package")
def desks() -> Desks:
    """Open browsers nobody sits before, by what they are: to open another costs far more."""
    return {}


@pytest.fixture
def sit(chromium: Browser, house: House, desks: Desks) -> Iterator[Sit]:
    """Seat people before browsers; at the end no browser may have complained."""
    seated: list[tuple[Person, str]] = []

    def seat(user: User | None, *, face: str = "wide", new: bool = False, **options: Any) -> Person:
        """Seat somebody; before a new browser if more is to be done to it than to look at pages."""
        sort = f"{face} {sorted(options.items())}"
        free = desks.setdefault(sort, [])
        page = free.pop() if free and not new else open_browser(chromium, face, options)
        if user is not None:
            page.context.add_cookies(
                [{"name": "session", "value": session_of(user), "url": house.address}]
            )
        seated.append((Person(page, house.address), "" if new else sort))
        return seated[-1][0]

    yield seat
    for person, sort in seated:
        if sort and len(person.context.pages) == 1 and person.leave():
            desks[sort].append(person.page)
        else:
            person.context.close()
    assert [each for person, _sort in seated for each in person.complaints] == []


def open_browser(chromium: Browser, face: str, options: dict[str, Any]) -> Page:
    """A page of a browser of its own."""
    width, height = FACES[face]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", **options
    )
    return context.new_page()


def session_of(user: User) -> str:
    """A session as signing in makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)
