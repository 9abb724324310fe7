"""What the first page after a start would wait for, done before anybody asks for one.

Views are loaded when an address is looked up for the first time, addresses are written down for
each language, and templates are read when they are drawn: a second of a core together, in each
web process. It is done a little after the start, so that whoever starts and asks at once waits for
nothing else.
"""

import threading
from collections.abc import Iterator
from pathlib import Path

import structlog
from django.conf import settings
from django.template import Engine
from django.urls import reverse
from django.utils import translation

logger = structlog.get_logger(__name__)

PAUSE = 2.0  # seconds after the start
# What most pages are made of; the others are read when they are asked for.
COMMON = ("*.html", "parts/*.html", "dashboard/**/*.html", "tickets/*.html", "portal/*.html")

_stop = threading.Event()


def start() -> None:
    """Warm up this process in the background, once, unless the settings say not to."""
    if settings.WARM_UP:
        threading.Thread(target=_later, name="warming", daemon=True).start()


def _later() -> None:
    if _stop.wait(PAUSE):
        return
    try:
        warm_up()
    except Exception as error:  # whoever asks for the page is told what is wrong
        logger.warning("warming.failed", error=repr(error))


def warm_up() -> None:
    """Load the views, write down the addresses and read the templates."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("home")
    engine = Engine.get_default()
    for name in sorted(_templates(engine)):
        engine.get_template(name)


def _templates(engine: Engine) -> Iterator[str]:
    for directory in map(Path, engine.dirs):
        for pattern in COMMON:
            yield from (str(each.relative_to(directory)) for each in directory.glob(pattern))
