"""When enough people have said yes, or no. Pure."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil


class Sort(enum.StrEnum):
    """How many of those asked must agree."""

    FIRST = "first"
    ALL = "all"
    COUNT = "count"
    PERCENT = "percent"


class Result(enum.StrEnum):
    """What a stage has come to."""

    OPEN = "open"
    GRANTED = "granted"
    DENIED = "denied"


@dataclass(frozen=True)
class Quorum:
    """How many must agree; ``amount`` is a number of people or of percent."""

    sort: Sort = Sort.FIRST
    amount: int = 1
    any_no_denies: bool = True

    def needed(self, asked: int) -> int:
        """The number of yeses needed of so many asked, at least one; 50 % of three is two."""
        if self.sort is Sort.ALL:
            return max(asked, 1)
        if self.sort is Sort.COUNT:
            return max(min(self.amount, asked), 1)
        if self.sort is Sort.PERCENT:
            return max(ceil(Fraction(min(self.amount, 100) * asked, 100)), 1)
        return 1


def result_of(quorum: Quorum, votes: Sequence[str]) -> Result:
    """What votes come to, each "approved", "rejected", "abstained" or anything for none yet.

    Who abstains is not counted among those asked; when all do, nobody has agreed.
    """
    counted = [each for each in votes if each != "abstained"]
    yes, no = counted.count("approved"), counted.count("rejected")
    if not counted or (no and quorum.any_no_denies):
        return Result.DENIED
    needed = quorum.needed(len(counted))
    if yes >= needed:
        return Result.GRANTED
    return Result.DENIED if len(counted) - no < needed else Result.OPEN
