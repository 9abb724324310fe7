"""Pictures of what a journey comes by, for somebody to look at; none unless PICTURES says where."""

import os
from pathlib import Path

from playwright.sync_api import Page

PICTURES = os.environ.get("PICTURES", "")
SIZES = {"wide": (1440, 900), "phone": (390, 844)}


def take(page: Page, name: str) -> None:
    """The page on both sizes and in both schemes; afterwards it is as it was."""
    if not PICTURES:
        return
    before = page.viewport_size
    was_dark = page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches")
    for face, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            path = Path(PICTURES) / f"{name}-{face}-{scheme}.png"
            page.screenshot(path=path, full_page=True)
    page.emulate_media(color_scheme="dark" if was_dark else "light")
    if before is not None:
        page.set_viewport_size(before)
