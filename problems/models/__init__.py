"""What is kept of problems."""

from problems.models.category import CauseCategory
from problems.models.known_error import KnownErrorMatch, Sufferer, WorkaroundUse
from problems.models.problem import Origin, Problem, ResolutionCode

__all__ = [
    "CauseCategory",
    "KnownErrorMatch",
    "Origin",
    "Problem",
    "ResolutionCode",
    "Sufferer",
    "WorkaroundUse",
]
