"""Work in a process of its own: what computes for minutes would hold up every thread beside it."""

import os
import subprocess
import sys
import threading

import structlog
from django.conf import settings

logger = structlog.get_logger(__name__)
KINDNESS = 10  # how far it stands back behind what people wait for


def start(*command: str) -> None:
    """Begin a command of ours with these words; nobody waits for it."""
    process = subprocess.Popen(  # noqa: S603 words of our own making
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *command],
        stdin=subprocess.DEVNULL,
    )
    threading.Thread(target=_reap, args=(process, command), daemon=True).start()


def stand_back() -> None:
    """Let everything else on this machine go first."""
    os.nice(KINDNESS)


def _reap(process: subprocess.Popen[bytes], command: tuple[str, ...]) -> None:
    code = process.wait()
    if code:
        logger.warning("apart.failed", command=" ".join(command), code=code)
