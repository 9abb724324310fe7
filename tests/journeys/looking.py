"""What is wrong with a page somebody has before him, as a list of sentences."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page

WATCHING = Path(__file__).with_name("watching.js")
WIDE, PHONE, SMALL, NARROWEST = (1280, 800), (390, 844), (360, 740), (320, 740)
PATIENCE = 10  # seconds
MOST_STOPS = 400
INNER_STOPS = 40  # days, months and minutes are stops within one field
STRIDE = 8
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The rules that look at the style of one thing after the other, and are slow: of many alike the
# first, marked as strange, speaks for all, on whichever page.
OF_STYLE = {
    "color-contrast": "[data-strange]",
    "link-in-text-block": "a[href][data-strange], [role=link][data-strange]",
    "target-size": "[data-strange]",
}
# Of the others, those that the style of a smaller window may break, by hiding a name.
OF_NAMES = ["cat.name-role-value", "cat.forms", "cat.keyboard"]
# What is around every page; its stops are gone through on the first page that has it.
FRAME = ["body > header", "body > nav", "#header", "#nav-sidebar"]
FRAMED = "chosen => document.querySelector(chosen)?.outerHTML.match(/^<[^>]*/)[0] ?? ''"
# Of many alike the first speaks for all.
THIN = "() => document.querySelectorAll('.endpoint ~ .endpoint').forEach(each => each.remove())"
AXE = """([within, tags, styles]) => {
    const chosen = Object.entries(styles);
    axe.configure({ rules: chosen.map(([id, selector]) => ({ id, selector })) });
    return axe.run(within ?? document, {
        runOnly: { type: "tag", values: tags },
        rules: Object.fromEntries(chosen.map(([id]) => [id, { enabled: true }])),
        resultTypes: ["violations"],
        preload: false,
    }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(
        ({ target, any }) => `${id}: ${target.join(" ")} ${any[0]?.message ?? ""}`)));
}"""
# Cells that open the menu of a field have journeys of their own.
OPENERS = "details.menu > summary, a[data-dialog]:not([data-edit]), [data-help], [popovertarget]"
# All that axe finds wrong, in whatever state a page is; how each of the rest passed is not written.
ALL_WRONG = """() => axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target }) => `${id}: ${target.join(" ")}`)))"""
# As somebody finds a page: from its top, with nothing chosen yet.
BEGUN = "() => { document.activeElement?.blur(); scrollTo(0, 0); }"
# An iPhone zooms into a field of smaller letters, and leaves the page larger than its window.
ZOOMING = """() => [...document.querySelectorAll("input, select, textarea")]
    .filter(each => !/checkbox|radio|file|submit|button/.test(each.type) && each.checkVisibility())
    .filter(each => parseFloat(getComputedStyle(each).fontSize) < 16)
    .map(each => `zooms: ${each.type} ${each.name}`)"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

Scheme = Literal["light", "dark"]


class Watcher:
    """Somebody before a browser, at a desk or with a phone, and all it complained of."""

    def __init__(self, browser: Browser, *, address: str) -> None:
        self.address = address
        self.context: BrowserContext = browser.new_context(reduced_motion="reduce")
        self.context.add_init_script(path=WATCHING)
        self.context.add_init_script(AXE_SCRIPT)
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        self.hands = self.context.new_cdp_session(self.page)
        self.tried: set[str] = set()
        self.frames: set[str] = set()
        self.makes: dict[str, set[int]] = {}
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

    def open(self, path: str) -> bool:
        """Open an address, having forgotten what was wrong before; whether it is a page."""
        self.complaints.clear()
        self._hold(WIDE, scheme="light")
        try:
            answer = self.page.goto(f"{self.address}{path}")
        except Error as error:
            if "Download is starting" in error.message:
                return False
            raise
        sort = answer.headers.get("content-type", "") if answer else ""
        return sort.startswith("text/html") and bool(
            self.page.evaluate("() => document.doctype !== null")
        )

    def faults(self, faces: Sequence[str] = ("wide", "small")) -> list[str]:
        """What is wrong with the page as it stands: light at a desk, dark in the hand."""
        self.page.evaluate(THIN)
        found: list[str] = []
        if "wide" in faces:
            known = self._frame_known()
            found += self._axe("wide")
            found += walked(self.page, from_main=known) + self._stuck()
        if "small" in faces:
            found += self._sideways(NARROWEST) + self._sideways(SMALL)
            found += self.page.evaluate(ZOOMING)
            self.page.evaluate(BEGUN)
            found += self._axe("small", is_seen="wide" in faces)
        refused: list[str] = self.page.evaluate("() => watching.refused")
        return found + refused + self.complaints

    def scrolls_sideways_in_large_letters(self) -> bool:
        """Whether letters twice as large, as a browser can make them, do not fit on a phone."""
        self._hold(PHONE, scheme="light")
        self.page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        return bool(self.page.evaluate(OVERFLOW) > 0)

    def _hold(self, size: tuple[int, int], *, scheme: Scheme) -> None:
        """Look through a window of that size; what is smaller than a desk's is in the hand."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme=scheme)
        is_touched = {"enabled": size != WIDE, "maxTouchPoints": 1}
        self.hands.send("Emulation.setTouchEmulationEnabled", is_touched)

    def _frame_known(self) -> bool:
        frame = self.page.evaluate(FRAMED, ", ".join(FRAME))
        known = bool(frame) and frame in self.frames
        self.frames.add(frame)
        return known

    def _axe(self, face: str, *, is_seen: bool = False) -> list[str]:
        """What axe finds; of a page seen on another face before only what may be new on this."""
        known = self.makes.setdefault(face, set())
        new = self.page.evaluate("known => watching.strange(known)", list(known))
        known.update(new)
        if is_seen and not new:
            return []
        within, tags = ("[data-strange]", OF_NAMES) if is_seen else (None, TAGS)
        found: list[str] = self.page.evaluate(AXE, [within, tags, OF_STYLE])
        return found

    def _sideways(self, size: tuple[int, int]) -> list[str]:
        self._hold(size, scheme="dark")
        is_wider = self.page.evaluate(OVERFLOW) > 0
        return [f"scrolls sideways at {size[0]} px"] if is_wider else []

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
                if not self._waits_for_focus(opener):
                    found.append(f"the focus does not come back to {name}")
        return found

    def _waits_for(self, is_open: bool) -> bool:
        return comes_true(lambda: self.page.evaluate("() => watching.isOpen()") is is_open)

    def _waits_for_focus(self, opener: Locator) -> bool:
        return comes_true(lambda: opener.evaluate("each => each === document.activeElement"))

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


def shut_out(page: Page) -> list[str]:
    """What is wrong with a page for whoever hears it, sees little or uses no mouse."""
    page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(ALL_WRONG)
    return found


def comes_true(true: Callable[[], bool]) -> bool:
    """Whether it becomes true within our patience."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def walked(page: Page, *, from_main: bool) -> list[str]:
    """What is wrong for somebody who goes through the page with Tab, or only through its main."""
    stops = page.evaluate("from => watching.begin(from)", "main" if from_main else "")
    for _ in range(0, min(stops, MOST_STOPS) + INNER_STOPS, STRIDE):
        for _ in range(STRIDE):
            page.keyboard.press("Tab")
        told = page.evaluate("() => watching.walked()")
        if told["isOver"]:
            break
    missed: list[str] = page.evaluate("() => watching.missed()")
    return [*told["wrongs"], *missed]
