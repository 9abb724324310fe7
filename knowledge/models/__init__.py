"""Articles, the work there is on them, and what they were good for."""

from knowledge.models.article import (
    IN_WORK,
    LIVE,
    Article,
    Audience,
    Image,
    Kind,
    Stale,
    State,
    Synonym,
    Version,
)
from knowledge.models.review import OPEN_REVIEWS, ArticleReview, Outcome, Sort
from knowledge.models.use import Feedback, Place, Showing, Use, UseSort

__all__ = [
    "IN_WORK",
    "LIVE",
    "OPEN_REVIEWS",
    "Article",
    "ArticleReview",
    "Audience",
    "Feedback",
    "Image",
    "Kind",
    "Outcome",
    "Place",
    "Showing",
    "Sort",
    "Stale",
    "State",
    "Synonym",
    "Use",
    "UseSort",
    "Version",
]
