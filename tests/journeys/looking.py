"""What is wrong with a page somebody has before him, as a list of sentences."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

WATCHING = Path(__file__).with_name("watching.js")
FACES: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 800}},
    "small": {"viewport": {"width": 360, "height": 740}, "has_touch": True},
}
NARROWEST = 320
PATIENCE = 10  # seconds
MOST_STOPS = 400
INNER_STOPS = 40  # days, months and minutes are stops within one field
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The rules that look at one thing after the other, and are slow.
COLOURS = ["color-contrast", "link-in-text-block"]
SLOW = [*COLOURS, "target-size"]
QUICK = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {each: {"enabled": False} for each in SLOW},
}
# What is around every page; its parts are looked at on the first page that has it.
FRAME = ["body > header", "body > nav", "#header", "#nav-sidebar"]
FRAMED = "chosen => document.querySelector(chosen)?.outerHTML.match(/^<[^>]*/)[0] ?? ''"
# Of many alike the first speaks for all.
THIN = "() => document.querySelectorAll('.endpoint ~ .endpoint').forEach(each => each.remove())"
AXE = """([but, chosen]) => axe.run(
    {exclude: but}, {...chosen, resultTypes: ["violations"], preload: false},
).then(({violations}) => violations.flatMap(({id, nodes}) => nodes.map(
    ({target, any}) => `${id}: ${target.join(" ")} ${any[0]?.message ?? ""}`)))"""
# Cells that open the menu of a field have journeys of their own.
OPENERS = "details.menu > summary, a[data-dialog]:not([data-edit]), [data-help], [popovertarget]"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Watcher:
    """Somebody before a browser of one size, and all that the browser complained of."""

    def __init__(self, browser: Browser, *, face: str, address: str) -> None:
        self.face, self.address = face, address
        self.context: BrowserContext = browser.new_context(
            reduced_motion="reduce", color_scheme="light", **FACES[face]
        )
        self.context.add_init_script(path=WATCHING)
        self.context.add_init_script(AXE_SCRIPT)
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        self.tried: set[str] = set()
        self.frames: set[str] = set()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", self._see)
        self.page.on("response", self._check)

    def show(self, answer: Any) -> None:
        """Show an answer that was given elsewhere, with its headers, as if the house gave it."""
        place = f"/answered-{answer.status_code}/"
        self.page.route(
            f"{self.address}{place}",
            lambda route: route.fulfill(
                status=answer.status_code, headers=dict(answer.items()), body=answer.content
            ),
        )
        self.open(place)

    def open(self, path: str) -> None:
        """Open a page, having forgotten what was wrong with the one before."""
        self.complaints.clear()
        self.page.emulate_media(color_scheme="light")
        self.page.goto(f"{self.address}{path}")

    def faults(self) -> list[str]:
        """What is wrong with the page as it stands; each size is looked at in full, each once."""
        self.page.evaluate(THIN)
        frame = self.page.evaluate(FRAMED, ", ".join(FRAME))
        known = FRAME if frame and frame in self.frames else []
        self.frames.add(frame)
        if self.face == "small":
            found = self._sideways()
            self.page.emulate_media(color_scheme="dark")
            found += self._axe(QUICK) + self._axe({"runOnly": SLOW}, but=known)
        else:
            found = self._axe(QUICK) + self._axe({"runOnly": SLOW}, but=known)
            found += walked(self.page, from_main=bool(known))
            self.page.emulate_media(color_scheme="dark")
            found += self._axe({"runOnly": COLOURS}, but=known)
            found += self._stuck()
        refused: list[str] = self.page.evaluate("() => watching.refused")
        return found + refused + self.complaints

    def _axe(self, chosen: dict[str, Any], *, but: Sequence[str] = ()) -> list[str]:
        found: list[str] = self.page.evaluate(AXE, [[[each] for each in but], chosen])
        return found

    def _sideways(self) -> list[str]:
        found = ["scrolls sideways"] if self._overflows() else []
        size = FACES["small"]["viewport"]
        self.page.set_viewport_size({"width": NARROWEST, "height": size["height"]})
        found += [f"scrolls sideways at {NARROWEST} px"] if self._overflows() else []
        self.page.set_viewport_size(size)
        return found

    def _stuck(self) -> list[str]:
        """What Enter opens and Escape does not close; the same opener is tried once only."""
        found = []
        for place, name in enumerate(
            self.page.evaluate("chosen => watching.openers(chosen)", OPENERS)
        ):
            if name and name not in self.tried:
                self.tried.add(name)
                opener = self.page.locator(OPENERS).nth(place)
                opener.focus()
                for key, is_open in (("Enter", True), ("Escape", False)):
                    self.page.keyboard.press(key)
                    found += [] if self._waits_for(is_open) else [f"{key} does nothing on {name}"]
                if not opener.evaluate("each => each === document.activeElement"):
                    found.append(f"the focus does not come back to {name}")
        return found

    def _waits_for(self, is_open: bool) -> bool:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.page.evaluate("() => watching.isOpen()") is is_open:
                return True
            time.sleep(0.02)
        return False

    def _overflows(self) -> bool:
        return bool(self.page.evaluate(OVERFLOW) > 0)

    def _hear(self, message: Any) -> None:
        # Which answers failed, and of what, is seen below.
        is_answer = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not is_answer:
            self.complaints.append(f"console: {message.text}")

    def _see(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"from elsewhere: {request.url}")

    def _check(self, response: Any) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.complaints.append(f"{response.status}: {response.url}")


def walked(page: Page, *, from_main: bool) -> list[str]:
    """What is wrong for somebody who goes through the page with Tab, or only through its main."""
    found: list[str] = []
    stops = page.evaluate("from => watching.begin(from)", "main" if from_main else "")
    for _ in range(min(stops, MOST_STOPS) + INNER_STOPS):
        page.keyboard.press("Tab")
        wrong = page.evaluate("() => watching.step()")
        if wrong is None:
            break
        found += wrong
    missed: list[str] = page.evaluate("() => watching.missed()")
    return found + missed
