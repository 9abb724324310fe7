"""A database of one's own for what is measured within the product."""

import os
import subprocess
import sys

import django
from django.core.management import call_command

STARTED = "STEADY_QUALITY_ENGINES"


def with_engines() -> None:
    """Go on beside engines that are thrown away afterwards, with tables and nothing in them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
    os.environ.setdefault("SECRET_KEY", "only-for-measuring-0123456789-0123456789-0123456789")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    if STARTED not in os.environ:
        module = sys.modules["__main__"].__spec__
        assert module is not None
        command = [sys.executable, "manage.py", "with_engines", "--fast", "--", sys.executable]
        sys.exit(
            subprocess.call(
                [*command, "-m", module.name.removesuffix(".__main__"), *sys.argv[1:]],
                env={**os.environ, STARTED: "1"},
            )
        )
    django.setup()
    call_command("migrate", verbosity=0)
