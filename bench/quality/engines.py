"""A database of one's own for what is measured within the product."""

import os
import subprocess
import sys
from collections.abc import Sequence

import django
from django.core.management import call_command

STARTED = "STEADY_QUALITY_ENGINES"


def beside_engines(module: str, arguments: Sequence[str] | None) -> int | None:
    """Run a measure beside engines that are thrown away afterwards, and give its code.

    None within that run: it may go on, the tables are there with nothing in them.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
    os.environ.setdefault("SECRET_KEY", "only-for-measuring-0123456789-0123456789-0123456789")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    if STARTED not in os.environ:
        command = [sys.executable, "manage.py", "with_engines", "--fast", "--", sys.executable]
        given = sys.argv[1:] if arguments is None else arguments
        return subprocess.call([*command, "-m", module, *given], env={**os.environ, STARTED: "1"})
    django.setup()
    call_command("migrate", verbosity=0)
    return None
