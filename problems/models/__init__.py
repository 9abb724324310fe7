"""What is kept of problems."""

from problems.models.analysis import Category, Finding, Gate, Method, Standing
from problems.models.candidate import CandidateBy, CandidateState, ProblemCandidate
from problems.models.category import CauseCategory
from problems.models.known_error import KnownErrorMatch, KnownWords, Sufferer, WorkaroundUse
from problems.models.problem import Origin, Problem, ResolutionCode
from problems.models.review import OPEN_ACTIONS, ActionKind, ActionState, Review, ReviewAction

__all__ = [
    "OPEN_ACTIONS",
    "ActionKind",
    "ActionState",
    "CandidateBy",
    "CandidateState",
    "Category",
    "CauseCategory",
    "Finding",
    "Gate",
    "KnownErrorMatch",
    "KnownWords",
    "Method",
    "Origin",
    "Problem",
    "ProblemCandidate",
    "ResolutionCode",
    "Review",
    "ReviewAction",
    "Standing",
    "Sufferer",
    "WorkaroundUse",
]
