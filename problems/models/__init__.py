"""What is kept of problems."""

from problems.models.category import CauseCategory
from problems.models.problem import Origin, Problem, ResolutionCode

__all__ = ["CauseCategory", "Origin", "Problem", "ResolutionCode"]
