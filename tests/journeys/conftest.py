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
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

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


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all journeys."""
    path = executable()
    if path is None:
        reason = f"No browser here: `apt-get install {PACKAGE}`."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    # Playwright runs an event loop in this thread, which Django would take for a careless view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


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

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

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


@pytest.fixture
def sit(chromium: Browser, house: House) -> Iterator[Sit]:
    """Seat people before browsers; at the end no browser may have complained."""
    seated: list[Person] = []

    def seat(user: User | None, *, face: str = "wide", **options: Any) -> Person:
        width, height = FACES[face]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        if user is not None:
            context.add_cookies(
                [{"name": "session", "value": session_of(user), "url": house.address}]
            )
        seated.append(Person(context, house.address))
        return seated[-1]

    yield seat
    complaints = [each for person in seated for each in person.complaints]
    for person in seated:
        person.context.close()
    assert complaints == []


def session_of(user: User) -> str:
    """A session as signing in makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)
