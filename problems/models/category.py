"""What sort of cause was behind a problem, in the words of the house."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CauseCategory(models.Model):
    """A sort of cause that problems are counted by."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("is offered"), default=True)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("cause category")
        verbose_name_plural = _("cause categories")

    def __str__(self) -> str:
        return self.name
