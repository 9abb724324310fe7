"""When a template earns that its changes need no leave each time, and when it loses that. Pure.

Both are read from how its changes went: a row of good ones earns it, one failure or one incident
that was caused loses it. What is earned is given by a person; what is lost is lost at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

GOOD = "successful"
FAILURES = frozenset({"unsuccessful", "rolled_back"})
UNCOUNTED = frozenset({"not_implemented", ""})


@dataclass(frozen=True)
class Run:
    """A change made from a template: what is said of it in the end, and what it caused."""

    number: str
    code: str
    has_caused: bool = False

    @property
    def is_good(self) -> bool:
        return self.code == GOOD and not self.has_caused

    @property
    def is_failure(self) -> bool:
        return self.code in FAILURES or self.has_caused


def good_in_a_row(runs: Sequence[Run]) -> list[Run]:
    """The good runs since the last that was not, the newest first as they are given."""
    found = []
    for run in runs:
        if run.code in UNCOUNTED and not run.has_caused:
            continue
        if not run.is_good:
            break
        found.append(run)
    return found


def has_earned(runs: Sequence[Run], *, wanted: int) -> bool:
    """Whether the good runs in a row are as many as are wanted."""
    return wanted > 0 and len(good_in_a_row(runs)) >= wanted
