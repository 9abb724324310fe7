"""Other houses that tell us who somebody is: OpenID Connect providers and LDAP directories."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.crypto import EncryptedTextField
from itsm.people.roles import Role


class SignInSource(models.Model):
    """What every such house has: a name, and what its groups mean here."""

    name = models.CharField(
        _("name"), max_length=80, unique=True, help_text=_("People read it on the sign-in page.")
    )
    is_active = models.BooleanField(_("people may sign in with it"), default=True)
    makes_people = models.BooleanField(
        _("makes new people"),
        default=True,
        help_text=_("Whoever signs in for the first time becomes known here."),
    )
    roles = models.JSONField(
        _("roles by group"),
        default=dict,
        blank=True,
        help_text=_(
            'Such as {"it-staff": "agent", "it-leads": "manager"}; the most powerful one counts,'
            " at every sign-in. Leave it empty to give roles by hand."
        ),
    )
    default_role = models.CharField(
        _("role of everybody else"), max_length=12, choices=Role, default=Role.REQUESTER
    )
    asks_second_factor = models.BooleanField(
        _("asks for a second factor itself"),
        default=False,
        help_text=_("Then we do not ask for one again."),
    )

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """What identities are kept under."""
        return f"{self._meta.model_name}:{self.pk}"

    def clean(self) -> None:
        if not isinstance(self.roles, dict) or not set(self.roles.values()) <= set(Role.values):
            known = ", ".join(Role.values)
            raise ValidationError(
                {"roles": _("Give one of %(known)s to a group.") % {"known": known}}
            )


class IdentityProvider(SignInSource):
    """A provider that speaks OpenID Connect."""

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    issuer = models.CharField(
        _("issuer"),
        max_length=200,
        validators=[URLValidator(schemes=["https", "http"])],
        help_text=_("As the provider writes it, such as https://login.example.org"),
    )
    client_id = models.CharField(_("client id"), max_length=255)
    client_secret = EncryptedTextField(_("client secret"), blank=True)
    scopes = models.CharField(_("scopes"), max_length=255, default="openid profile email")
    role_claim = models.CharField(_("claim with the groups"), max_length=80, default="groups")
    manager_claim = models.CharField(
        _("claim with the manager"),
        max_length=80,
        blank=True,
        help_text=_(
            "The manager's e-mail address, user name or id there; read at every sign-in. What it"
            " does not tell stays as it is."
        ),
    )
    links_by_email = models.BooleanField(
        _("recognises people by verified e-mail"),
        default=True,
        help_text=_("Somebody we know by the same e-mail address is taken for the same person."),
    )

    class Meta(SignInSource.Meta):
        abstract = False
        verbose_name = _("OpenID provider")
        verbose_name_plural = _("OpenID providers")


class LdapDirectory(SignInSource):
    """A directory that people are looked up in, and that checks their passwords."""

    address = models.CharField(
        _("address"),
        max_length=255,
        help_text=_("ldap://host or ldaps://host, with a port or not."),
    )
    start_tls = models.BooleanField(_("starts TLS"), default=True)
    certificate = models.TextField(
        _("certificate of the authority"),
        blank=True,
        help_text=_("PEM; empty trusts the system's."),
    )
    bind_dn = models.CharField(_("signs in as"), max_length=255, blank=True)
    bind_password = EncryptedTextField(_("password for that"), blank=True)
    base = models.CharField(_("where people are"), max_length=255)
    person_filter = models.CharField(
        _("how a person is found"), max_length=255, default="(uid={username})"
    )
    id_attribute = models.CharField(_("attribute that never changes"), max_length=60, blank=True)
    name_attribute = models.CharField(_("attribute of the name"), max_length=60, default="cn")
    email_attribute = models.CharField(_("attribute of the e-mail"), max_length=60, default="mail")
    group_attribute = models.CharField(
        _("attribute of the groups"), max_length=60, default="memberOf"
    )
    manager_attribute = models.CharField(
        _("attribute of the manager"),
        max_length=60,
        blank=True,
        help_text=_(
            "Such as manager; read at every sign-in. Left empty, managers are set by hand."
        ),
    )

    class Meta(SignInSource.Meta):
        abstract = False
        verbose_name = _("LDAP directory")
        verbose_name_plural = _("LDAP directories")

    def clean(self) -> None:
        super().clean()
        if "{username}" not in self.person_filter:
            raise ValidationError({"person_filter": _("Let {username} stand for the name.")})
        is_plain = self.address.startswith("ldap://") and not self.start_tls
        if not self.address.startswith(("ldap://", "ldaps://")):
            raise ValidationError({"address": _("Begin with ldap:// or ldaps://.")})
        if is_plain and not settings.DEBUG:
            raise ValidationError({"start_tls": _("Passwords must not travel in the open.")})


class Identity(models.Model):
    """Somebody as another house knows them."""

    source = models.CharField(max_length=60)
    subject = models.CharField(max_length=255)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="identities")
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "subject"], name="one_person_a_subject")
        ]

    def __str__(self) -> str:
        return f"{self.user} of {self.source}"
