"""Which browser the tests may drive, and what to say where there is none."""

import os
import shutil
import sys

# Chromium without a window of its own opens pages three times as fast as one that hides it.
NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable",
)  # fmt: skip
PACKAGE = "chromium-headless-shell"


def executable() -> str | None:
    """The browser's path: the one in BROWSER_PATH, or one that is installed."""
    chosen = os.environ.get("BROWSER_PATH")
    return chosen or next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    """Say in one line that browser tests are skipped; refuse to skip them in CI."""
    if executable():
        return 0
    advice = f"`apt-get install {PACKAGE}`"
    sys.stdout.write(f"No browser here, so browser tests are skipped: {advice}.\n")
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
