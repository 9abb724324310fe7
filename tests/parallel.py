"""Gives each process of a parallel run engines of its own.

The transactions of one would hold back what another waits for: what reads only what every
transaction is done with, such as the live line and the seals, looks at a whole PostgreSQL.
Loaded with `-p`, before the settings are read.
"""

import os

worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
for name in ("DATABASE_URL", "REDIS_URL"):
    if own := os.environ.get(f"{name}_{worker}"):
        os.environ[name] = own
