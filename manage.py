#!/usr/bin/env python
"""The command line of Steady."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        sys.exit(
            f"The database cannot be used; start it with `make run`, or set DATABASE_URL.\n{error}"
        )
