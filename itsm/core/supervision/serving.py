"""Uvicorn, whose web processes are forks of one that has loaded the application.

Uvicorn by itself starts each as a new Python that loads everything again: two seconds of a core
and a hundred megabytes for every one of them. Forks share what was loaded, and answer at once.
"""

import gc
import multiprocessing
import sys
from importlib import import_module

import uvicorn
from uvicorn import _subprocess

from itsm.core.supervision.children import IS_LINUX


def main() -> None:
    """Serve the application that the command line names, as uvicorn's own command line says."""
    if IS_LINUX:  # elsewhere the libraries of the system do not all bear to be forked
        import_module(sys.argv[1].partition(":")[0])
        gc.collect()
        gc.freeze()  # or looking for rubbish would copy what is shared
        _subprocess.spawn = multiprocessing.get_context("fork")  # type: ignore[assignment]
    uvicorn.main()


if __name__ == "__main__":
    main()
