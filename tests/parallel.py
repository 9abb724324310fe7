"""Gives each process of a parallel run a numbered Valkey database of its own.

Loaded with `-p`, before the settings are read.
"""

import os

if worker := os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw"):
    address = os.environ.get("REDIS_URL", "").partition("?")[0]
    if address.startswith("unix:"):
        os.environ["REDIS_URL"] = f"{address}?db={int(worker) + 1}"
