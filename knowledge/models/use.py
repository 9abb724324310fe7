"""What became of articles: where they helped, who saw them, and what their readers said."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.tickets.models import Ticket
from knowledge.models.article import Article, Version


class UseSort(models.TextChoices):
    """What a record is to an article."""

    USED = "used", _("It helped there")
    SOURCE = "source", _("It was written from it")
    ABOUT = "about", _("It tells of it")


class Use(models.Model):
    """An article and a record that have to do with each other."""

    article = models.ForeignKey(Article, models.CASCADE, db_index=False, related_name="uses")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="article_uses")
    sort = models.CharField(max_length=8, choices=UseSort, default=UseSort.USED)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    used_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "ticket", "sort"], name="one_use_each")
        ]
        indexes = [models.Index(fields=["sort", "used_at"], name="use_when")]

    def __str__(self) -> str:
        return f"{self.article} {self.sort} {self.ticket_id}"


class Feedback(models.Model):
    """Whether a version helped one reader; said again, it replaces what was said."""

    version = models.ForeignKey(Version, models.CASCADE, db_index=False, related_name="feedback")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    helpful = models.BooleanField()
    comment = models.TextField(blank=True, max_length=2000)
    given_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "user"], name="one_feedback_each")
        ]

    def __str__(self) -> str:
        return f"{self.helpful} of {self.version_id}"


class Place(models.TextChoices):
    """Where an article was shown."""

    SUGGESTED = "suggested", _("Suggested while somebody typed")
    READ = "read", _("Opened and read")


class Showing(models.Model):
    """An article was put before somebody who might have filed a ticket: once a day and place."""

    article = models.ForeignKey(Article, models.CASCADE, db_index=False, related_name="showings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    place = models.CharField(max_length=10, choices=Place)
    day = models.DateField()
    shown_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["article", "user", "place", "day"], name="one_showing_a_day"
            ),
            models.CheckConstraint(condition=Q(place__in=Place.values), name="place_known"),
        ]
        indexes = [models.Index(fields=["shown_at"], name="showing_when")]

    def __str__(self) -> str:
        return f"{self.article_id} to {self.user_id}"
