"""What every tool that posts to the one door has: a name, an address, a token and a bot."""

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.people import tokens


class Tool(models.Model):
    """A tool that posts to us, under its own name, address and token."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(
        _("address"), max_length=60, unique=True, help_text=_("The tool posts to /hooks/<address>/")
    )
    kind = models.CharField(_("kind"), max_length=40)
    bot = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    token_hash = models.CharField(max_length=64, editable=False)
    header_name = models.CharField(
        _("header with the token"),
        max_length=60,
        blank=True,
        help_text=_("Only for tools that can send neither Authorization nor a secret address."),
    )
    is_active = models.BooleanField(_("accepts posts"), default=True)
    last_heard_at = models.DateTimeField(_("last heard at"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def take_token(self, plain: str) -> Sequence[str]:
        """Go by this token from now on; the columns that are to be saved."""
        self.token_hash = tokens.digest(plain)
        return ["token_hash"]
