"""One row of the yardstick."""

from django.db import models


class Row(models.Model):
    """What the yardstick inserts."""

    title = models.CharField(max_length=200)
    priority = models.PositiveSmallIntegerField(default=3)

    class Meta:
        app_label = "bare"
        managed = False
        db_table = "bench_row"

    def __str__(self) -> str:
        return self.title
