"""Makes the pictures of the README from the running demo: `make run`, then `make pictures`."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")

from django.conf import settings  # noqa: E402 the path comes first

from itsm.env import port_noted_in  # noqa: E402
from tests.browser import executable  # noqa: E402

PICTURES = ROOT / "docs" / "img"
SECONDS = 45  # of the storm
FRAMES = (1, 12, 24, 44)  # seconds after which the dashboard is pictured
STRIP = """
<style>
  body {{ margin: 0; display: grid; grid-template-columns: 1fr 1fr; gap: 12px; padding: 12px;
         background: #e9edf2; font: 600 15px system-ui, sans-serif; color: #191d24; }}
  figure {{ margin: 0; }} img {{ width: 100%; border-radius: 8px; display: block; }}
  figcaption {{ padding: 6px 2px 0; }}
</style>{}"""


def main() -> int:
    """Make them all; the paths and sizes are printed."""
    PICTURES.mkdir(exist_ok=True)
    with _browser() as browser:
        alice = _signed_in(browser, "alice", width=1440, height=900)
        numbers = _storm(browser, alice)
        alice.goto(f"{_base()}/incidents/{numbers[0]}/")
        _picture(alice, "incident")
        dana = _signed_in(browser, "dana", width=1280, height=900)
        dana.goto(f"{_base()}/admin/")
        _picture(dana, "administration")
        charlie = _signed_in(browser, "charlie", width=390, height=844)
        charlie.goto(f"{_base()}/portal/")
        _picture(charlie, "portal", quality=80)
    return 0


def _storm(browser: Browser, page: Page) -> list[str]:
    """Picture the dashboard while the storm rages; the numbers of its incidents."""
    page.goto(f"{_base()}/")
    page.wait_for_selector("html[data-live=on]", timeout=15_000)
    command = [sys.executable, str(ROOT / "manage.py"), "storm", "--seconds", str(SECONDS)]
    storm = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert storm.stdout is not None
    storm.stdout.readline()
    shots, passed = [], 0
    for second in FRAMES:
        page.wait_for_timeout((second - passed) * 1000)
        passed = second
        shots.append((second, page.screenshot(type="jpeg", quality=85)))
    said = storm.communicate()[0]
    _strip(browser, shots)
    _picture(page, "dashboard")
    return [line.rstrip("/").rpartition("/")[2] for line in said.splitlines() if "/INC-" in line]


def _strip(browser: Browser, shots: list[tuple[int, bytes]]) -> None:
    """Put the frames beside one another, with when each was."""
    figures = "".join(
        f'<figure><img src="data:image/jpeg;base64,{base64.b64encode(shot).decode()}">'
        f"<figcaption>after {second} s</figcaption></figure>"
        for second, shot in shots
    )
    page = browser.new_page(viewport={"width": 1600, "height": 1080})
    page.set_content(STRIP.format(figures))
    page.wait_for_timeout(500)
    _picture(page, "storm")


def _picture(page: Page, name: str, *, quality: int = 72) -> None:
    page.wait_for_timeout(700)
    path = PICTURES / f"{name}.jpg"
    page.screenshot(path=path, type="jpeg", quality=quality)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")


def _signed_in(browser: Browser, username: str, *, width: int, height: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
    page.goto(f"{_base()}/sign-in/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", settings.DEMO_PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()
    return page


def _base() -> str:
    port = port_noted_in(settings.PLACES.run / "up.lock", default=settings.PORT)
    return f"http://127.0.0.1:{port}"


@contextmanager
def _browser() -> Iterator[Browser]:
    path = executable()
    if path is None:
        raise SystemExit("No browser here: `apt-get install chromium-headless-shell`.")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
