#!/usr/bin/env python
"""The command line of Steady."""

import os
import sys
from importlib import import_module

from django.core.management import execute_from_command_line
from django.db import OperationalError

# What only watches over others loads none of the apps: that takes seconds.
WATCHING = (["up"], ["with_engines"])

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
    try:
        if sys.argv[1:2] in WATCHING:
            name = f"itsm.core.management.commands.{sys.argv[1]}"
            import_module(name).Command().run_from_argv(sys.argv)
            sys.exit()
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        sys.exit(
            f"The database cannot be used; start it with `make run`, or set DATABASE_URL.\n{error}"
        )
