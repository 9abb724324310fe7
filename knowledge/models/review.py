"""The work there is on an article: a ticket, so that it has a team, approvals and a timeline."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.tickets.models import OPEN_PHASES, Ticket
from knowledge.models.article import Article, Version


class Sort(models.TextChoices):
    """What is to be done."""

    PUBLICATION = "publication", _("Judge what is to be published")
    RETIREMENT = "retirement", _("Judge whether it is retired")
    REFRESH = "refresh", _("See whether it still holds")
    FEEDBACK = "feedback", _("See what did not help")


class Outcome(models.TextChoices):
    """What came of it."""

    AGREED = "agreed", _("Agreed")
    REJECTED = "rejected", _("Not agreed")
    EXPIRED = "expired", _("Nobody answered in time")
    DONE = "done", _("Seen to")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ArticleReview(Ticket):
    """One piece of work on an article, for the team that owns it."""

    subject_type: ClassVar[str] = "article_review"

    sort = models.CharField(max_length=12, choices=Sort, editable=False)
    article = models.ForeignKey(Article, models.CASCADE, related_name="reviews")
    article_version = models.ForeignKey(Version, models.CASCADE, related_name="reviews")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, editable=False)
    words = models.TextField(blank=True, max_length=5000, editable=False)

    class Meta:
        indexes = [models.Index(fields=["article", "sort"], name="review_of_article")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


OPEN_REVIEWS = Q(phase__in=[each.value for each in OPEN_PHASES])
