"""What people show beside, or instead of, their password."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.crypto import EncryptedTextField
from itsm.people.roles import Role


class AuthenticatorApp(models.Model):
    """The app on somebody's phone that shows a new code every thirty seconds."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="authenticator_app"
    )
    secret = EncryptedTextField()
    # A code is taken once: only those of later steps count.
    last_step = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"App of {self.user}"


class Passkey(models.Model):
    """A key in somebody's phone, computer or security key (WebAuthn)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="passkeys")
    name = models.CharField(_("name"), max_length=80)
    credential = models.CharField(max_length=1400, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["added_at"]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"


class SpareCode(models.Model):
    """A code that lets its owner in once, when nothing else is at hand; only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="spare_codes")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Spare code of {self.user}"


class FactorRule(models.Model):
    """People of this role need a second factor."""

    role = models.CharField(_("role"), max_length=12, choices=Role, unique=True)

    class Meta:
        verbose_name = _("role that needs a second factor")
        verbose_name_plural = _("roles that need a second factor")

    def __str__(self) -> str:
        return str(Role(self.role).label)
