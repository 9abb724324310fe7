"""Known errors met by incidents: which fit, whether what helps did help, and who has it too."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from itsm.inventory.models import Service
from itsm.tickets.models import Ticket
from problems.models.problem import Problem


class KnownWords(models.Model):
    """What a known error that still hurts is found by; the database itself keeps it current."""

    problem = models.OneToOneField(Problem, models.CASCADE, primary_key=True, related_name="+")
    service = models.ForeignKey(
        Service, models.CASCADE, null=True, db_constraint=False, related_name="+"
    )
    words = SearchVectorField()

    class Meta:
        verbose_name_plural = "known words"
        indexes = [GinIndex(fields=["words"], name="known_words", fastupdate=False)]

    def __str__(self) -> str:
        return f"words of {self.problem_id}"


class KnownErrorMatch(models.Model):
    """A known error that may be behind an incident, and why it is thought so."""

    incident = models.ForeignKey(Ticket, models.CASCADE, related_name="known_error_matches")
    problem = models.ForeignKey(Problem, models.CASCADE, related_name="matches")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "known error matches"
        constraints = [
            models.UniqueConstraint(fields=["incident", "problem"], name="one_match_each")
        ]

    def __str__(self) -> str:
        return f"{self.problem_id} for {self.incident_id}"


class WorkaroundUse(models.Model):
    """Somebody tried what helps meanwhile, for an incident or before reporting one."""

    problem = models.ForeignKey(
        Problem, models.CASCADE, db_index=False, related_name="workaround_uses"
    )
    incident = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    worked = models.BooleanField()
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["problem", "incident", "user"],
                condition=Q(incident__isnull=False),
                name="one_word_an_incident",
            ),
            models.UniqueConstraint(
                fields=["problem", "user"],
                condition=Q(incident__isnull=True),
                name="one_word_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.worked}"


class Sufferer(models.Model):
    """Somebody who said "me too" of a known error; it gives no right to see the problem itself."""

    problem = models.ForeignKey(Problem, models.CASCADE, db_index=False, related_name="sufferers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="suffers_from")
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["problem", "user"], name="suffers_once_each")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} suffers from {self.problem_id}"
