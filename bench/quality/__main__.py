"""Every figure of quality in one go: ``python -m bench.quality [NAME …] [--few]``.

What each measure says is shown as it comes; at the end stands one table of all that has a goal.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
MANY, FEW = "1000000", "10000"  # records
BESIDE = ("manage.py", "with_engines", "--fast", "--", sys.executable)


def main() -> int:
    """Run each measure, then print the table; 1 when any missed its goal or could not run."""
    files = sorted(each.stem for each in HERE.glob("*.py") if _is_measure(each))
    known = [*files, "knowledge", "known-errors"]
    parser = argparse.ArgumentParser(description="Measure how well the product judges, how fast.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    parser.add_argument("--few", action="store_true", help="not among a million records")
    given = parser.parse_args()
    records = FEW if given.few else MANY
    table, missed = [], False
    for name in given.names or known:
        code, lines = _measured(name, _command(name, records))
        goals = [each for each in lines if "goal" in each or "<= " in each]
        table += [f"{name:<13} {each}" for each in goals or lines[-1:]]
        missed = missed or code != 0
    print("\n== All that has a goal\n" + "\n".join(table))
    return int(missed)


def _is_measure(path: Path) -> bool:
    return path.stem != "__main__" and 'if __name__ == "__main__"' in path.read_text()


def _command(name: str, records: str) -> Sequence[str]:
    if name in ("knowledge", "known-errors"):
        size = records if name == "known-errors" else FEW
        return [*BESIDE, "-m", "bench", name, "--sizes", size]
    more = {
        "attribution": ["../shared/data/jit-changes"],  # it asks for its folder without a name
        "similar": ["--records", records],
    }
    return ["-m", f"bench.quality.{name}", *more.get(name, ())]


def _measured(name: str, command: Sequence[str]) -> tuple[int, list[str]]:
    """Each in a process of its own, since some bring a database along; its code and its lines."""
    print(f"\n== {name}", flush=True)
    begun, lines = time.monotonic(), list[str]()
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout or ():
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    print(f"(after {time.monotonic() - begun:.0f} s)", flush=True)
    return running.returncode, [each for each in lines if each]


if __name__ == "__main__":
    sys.exit(main())
