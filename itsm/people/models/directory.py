"""Who people are, which teams they form, and the tokens programs act with."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from itsm.people.roles import Role, is_capable


class UserManager(BaseUserManager["User"]):
    """Finds people by their user name, whatever its case, and makes new ones."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(username, password, **{**fields, "role": Role.ADMIN})


class User(AbstractBaseUser):
    """A person, or a program that acts under its own name (``is_bot``)."""

    username = models.CharField(
        _("user name"), max_length=80, unique=True, validators=[UnicodeUsernameValidator()]
    )
    email = models.EmailField(_("e-mail"), blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.REQUESTER)
    is_bot = models.BooleanField(_("is a program"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_vip = models.BooleanField(_("very important"), default=False)
    manager: "models.ForeignKey[User | None, User | None]" = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="managed",
        verbose_name=_("manager"),
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    language = models.CharField(_("language"), max_length=10, blank=True)

    class Theme(models.TextChoices):
        """The colours of the screens."""

        SYSTEM = "system", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    theme = models.CharField(
        _("colours"), max_length=6, choices=Theme, default=Theme.SYSTEM, db_default=Theme.SYSTEM
    )
    single_keys = models.BooleanField(_("single keys are shortcuts"), default=True, db_default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(Lower("username"), name="username_whatever_its_case"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="role_known"),
            models.CheckConstraint(
                condition=~models.Q(manager=models.F("id")), name="nobody_manages_oneself"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def clean(self) -> None:
        super().clean()
        if why := self.why_not_managed_by(self.manager):
            raise ValidationError({"manager": why})

    def why_not_managed_by(self, manager: "User | None") -> str:
        """Why somebody cannot be this person's manager, in a sentence; empty when he can."""
        if manager is None:
            return ""
        if manager.is_bot:
            return gettext("A program is nobody's manager.")
        seen = {self.pk}
        above: User | None = manager
        while above is not None:
            if above.pk in seen:
                return gettext("%(name)s would be above and below the same people.") % {
                    "name": manager
                }
            seen.add(above.pk)
            above = above.manager
        return ""

    @property
    def is_staffer(self) -> bool:
        """Whether this person works in the staff screens rather than the portal."""
        return self.role != Role.REQUESTER

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin lets this person in."""
        return self.role in (Role.ADMIN, Role.AUDITOR)

    @property
    def is_superuser(self) -> bool:
        return self.role == Role.ADMIN

    def has_perm(self, perm: str, _subject: object = None) -> bool:
        """Whether the role carries the capability; administrators also have Django's own."""
        if not self.is_active:
            return False
        if is_capable(self.role, perm) or self.role == Role.ADMIN:
            return True
        return self.role == Role.AUDITOR and perm.rpartition(".")[2].startswith("view_")

    def has_perms(self, perms: list[str], subject: object = None) -> bool:
        return all(self.has_perm(perm, subject) for perm in perms)

    def has_module_perms(self, _app_label: str) -> bool:
        return self.is_active and self.is_staff

    def get_session_auth_hash(self) -> str:
        """Ends every session of a person whose password, role or right to sign in changes."""
        facts = f"{self.password}|{self.role}|{self.is_active}"
        return salted_hmac("people.User.session", facts, algorithm="sha256").hexdigest()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        facts = f"{self.password}|{self.role}|{self.is_active}"
        return salted_hmac(
            "people.User.session", facts, secret=secret, algorithm="sha256"
        ).hexdigest()


class Team(models.Model):
    """People who own services and work on tickets together."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    email = models.EmailField(_("e-mail"), blank=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="teams"
    )

    class Assignment(models.TextChoices):
        """Who in the team is given a new ticket."""

        NOBODY = "nobody", _("Nobody: the team picks")
        LEAD = "lead", _("The team lead")
        LEAST_BUSY = "least_busy", _("Whoever has the fewest open tickets")

    assignment = models.CharField(
        _("who gets new tickets"), max_length=12, choices=Assignment, default=Assignment.NOBODY
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person's place in one team."""

    team = models.ForeignKey(Team, models.CASCADE, verbose_name=_("team"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    is_lead = models.BooleanField(_("leads the team"), default=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_place_a_team")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class ApiToken(models.Model):
    """What a program shows to act as a user; only its SHA-256 is kept.

    ``scopes`` narrow what the user may do (``read``, ``write``, ``incidents:write``); none given
    means all that the user may do.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("user")
    )
    name = models.CharField(_("what it is for"), max_length=120)
    prefix = models.CharField(_("prefix"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("scopes")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.user}"

    def is_usable(self) -> bool:
        """Whether the token is neither revoked nor past its day."""
        return self.revoked_at is None and (
            self.expires_at is None or self.expires_at > timezone.now()
        )
