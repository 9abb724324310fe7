"""Every figure of quality in one go: ``python -m bench.quality [NAME …]``."""

import argparse
import importlib
import pkgutil
import sys
import time
from collections.abc import Callable
from typing import Any

from bench import quality

# What is imported by the others, or asks for data it has no usual place of.
NO_MEASURES = frozenset({"__main__", "planted", "attribution", "crowd", "engines"})


def main() -> int:
    """Print each measure's table under its name; 1 when any missed its goal or could not run."""
    known = sorted(
        each.name for each in pkgutil.iter_modules(quality.__path__) if each.name not in NO_MEASURES
    )
    parser = argparse.ArgumentParser(description="Measure how well the product judges.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    wanted = parser.parse_args().names or known
    outcomes = {name: _measured(name) for name in wanted}
    print("\n" + "\n".join(f"{name:<20} {outcome}" for name, outcome in outcomes.items()))
    return int(any(each != "met" for each in outcomes.values()))


def _measured(name: str) -> str:
    print(f"\n== {name}")
    begun = time.monotonic()
    measure: Callable[[list[str]], Any] = importlib.import_module(f"bench.quality.{name}").main
    try:
        code = measure([])
    except Exception as error:  # one that cannot run must not hide the others
        return f"failed: {type(error).__name__}: {error}"
    print(f"({time.monotonic() - begun:.0f} s)")
    return "missed" if code else "met"


if __name__ == "__main__":
    sys.exit(main())
