"""Every figure of quality in one go: ``python -m bench.quality [NAME …]``."""

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
# What asks for its folder without a name.
FOLDERS = {"attribution": "../shared/data/jit-changes"}


def main() -> int:
    """Print each measure's table under its name; 1 when any missed its goal or could not run."""
    known = sorted(each.stem for each in HERE.glob("*.py") if _is_measure(each))
    parser = argparse.ArgumentParser(description="Measure how well the product judges.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    wanted = parser.parse_args().names or known
    outcomes = {name: _measured(name) for name in wanted}
    print("\n" + "\n".join(f"{name:<20} {outcome}" for name, outcome in outcomes.items()))
    return int(any(not each.startswith("met") for each in outcomes.values()))


def _is_measure(path: Path) -> bool:
    return path.stem != "__main__" and 'if __name__ == "__main__"' in path.read_text()


def _measured(name: str) -> str:
    """Each in a process of its own, since some bring a database along."""
    print(f"\n== {name}", flush=True)
    begun = time.monotonic()
    command = [sys.executable, "-m", f"bench.quality.{name}"]
    if name in FOLDERS:
        command.append(FOLDERS[name])
    code = subprocess.run(command, check=False).returncode
    seconds = time.monotonic() - begun
    word = {0: "met", 1: "missed, or could not run"}.get(code, f"failed ({code})")
    return f"{word} after {seconds:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
