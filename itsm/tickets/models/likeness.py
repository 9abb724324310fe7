"""What records are compared by: the words of each, and how many records have a word."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q


class Likeness(models.Model):
    """The words of one record, cut to their stems; the database keeps those of tickets itself."""

    sort = models.CharField(max_length=16)
    subject_id = models.BigIntegerField()
    words = SearchVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sort", "subject_id"], name="one_likeness_each")
        ]
        # Tickets are many: what else is compared must not be looked for among them.
        indexes = [
            GinIndex(
                fields=["words"],
                name="likeness_of_tickets",
                fastupdate=False,
                condition=Q(sort="ticket"),
            ),
            GinIndex(
                fields=["words"],
                name="likeness_of_others",
                fastupdate=False,
                condition=~Q(sort="ticket"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sort} {self.subject_id}"


class WordCount(models.Model):
    """How many records of one sort have a word."""

    sort = models.CharField(max_length=16)
    word = models.TextField()
    records = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sort", "word"], name="one_count_a_word")]

    def __str__(self) -> str:
        return f"{self.word} in {self.records}"


class LikenessTally(models.Model):
    """How many records of one sort were counted, how long they are, and which was the last."""

    sort = models.CharField(max_length=16, unique=True)
    records = models.PositiveBigIntegerField(default=0)
    words = models.PositiveBigIntegerField(default=0)
    title_words = models.PositiveBigIntegerField(default=0)
    counted_to = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.records} of {self.sort}"
