"""The sessions people are signed in with."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

IDLE = timedelta(hours=8)
LONGEST = timedelta(hours=24)


class Session(AbstractBaseSession):
    """One browser's stay: whose it is, from where, and when it was last used.

    ``expire_date`` is eight hours after the last use and never a day after the beginning.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions"
    )
    device = models.CharField(_("device"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=45, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        db_table = "people_session"
        indexes = [models.Index(fields=["user", "-used_at"], name="session_of_user")]

    @property
    def reference(self) -> str:
        """What pages call it, since its key would open it."""
        return hashlib.sha256(f"session:{self.session_key}".encode()).hexdigest()[:24]
