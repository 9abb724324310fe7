"""Services, the components they run on, and what depends on what."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.people.models import Team


class Standing(models.TextChoices):
    """Where something stands in its life."""

    DISCOVERED = "discovered", _("Discovered: an alert named it, nobody has looked yet")
    IMPLEMENTATION = "implementation", _("Being built")
    PRODUCTION = "production", _("In production")
    RETIRED = "retired", _("Retired")


class Tier(models.IntegerChoices):
    """How much the organisation depends on a service."""

    CRITICAL = 1, _("1 Critical")
    IMPORTANT = 2, _("2 Important")
    ORDINARY = 3, _("3 Ordinary")
    MINOR = 4, _("4 Minor")


class Service(models.Model):
    """What people use and what breaks; named as monitoring labels name it."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=160, blank=True)
    description = models.TextField(_("description"), blank=True)
    owner_team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="services",
        verbose_name=_("owner team"),
    )
    tier = models.PositiveSmallIntegerField(_("tier"), choices=Tier, default=Tier.IMPORTANT)
    status = models.CharField(
        _("status"), max_length=16, choices=Standing, default=Standing.PRODUCTION
    )
    depends_on = models.ManyToManyField(
        "self", through="ServiceDependency", symmetrical=False, related_name="depended_on_by"
    )
    auto_close_after = models.PositiveSmallIntegerField(
        _("closes resolved incidents after"),
        default=7,
        help_text=_("Business days; 0: never."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(tier__in=Tier.values), name="tier_known")
        ]

    def __str__(self) -> str:
        return self.title or self.name


class ServiceDependency(models.Model):
    """One service needs another to work."""

    service = models.ForeignKey(
        Service, models.CASCADE, related_name="needs", verbose_name=_("service")
    )
    needed = models.ForeignKey(
        Service, models.CASCADE, related_name="needed_by", verbose_name=_("needed")
    )

    class Meta:
        verbose_name = _("service dependency")
        verbose_name_plural = _("service dependencies")
        constraints = [
            models.UniqueConstraint(fields=["service", "needed"], name="one_dependency_each"),
            models.CheckConstraint(
                condition=~models.Q(service=models.F("needed")), name="no_need_of_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} needs {self.needed}"


class ServiceFollower(models.Model):
    """Somebody who wants to hear when a service has trouble, and when it works again."""

    service = models.ForeignKey(Service, models.CASCADE, db_index=False, related_name="followers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="followed_services"
    )
    since = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "user"], name="follows_a_service_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} follows {self.service}"


class ConfigurationItem(models.Model):
    """Something that can be configured and can fail: a host, a pod, a database."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=40, default="component")
    environment = models.CharField(_("environment"), max_length=40, blank=True)
    service = models.ForeignKey(
        Service,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="configuration_items",
        verbose_name=_("service"),
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Standing, default=Standing.PRODUCTION
    )
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("configuration item")
        verbose_name_plural = _("configuration items")
        ordering = ["name"]
        indexes = [
            # Counted whenever a new one is heard of.
            models.Index(
                fields=["status"],
                name="component_discovered",
                condition=models.Q(status=Standing.DISCOVERED),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ComponentCandidate(models.Model):
    """Something a tool says there is, waiting for somebody to take it into the inventory."""

    class State(models.TextChoices):
        """What was decided."""

        PROPOSED = "proposed", _("Proposed")
        ACCEPTED = "accepted", _("Taken in")
        REJECTED = "rejected", _("Left out")
        GONE = "gone", _("Taken in, said to be gone")
        RETIRED = "retired", _("Retired")

    source = models.CharField(_("source"), max_length=80)
    address = models.CharField(_("address"), max_length=500)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=40)
    environment = models.CharField(_("environment"), max_length=40, blank=True)
    service = models.ForeignKey(
        Service, models.SET_NULL, null=True, related_name="+", verbose_name=_("service")
    )
    attributes = models.JSONField(_("attributes"), default=dict)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PROPOSED)
    item = models.ForeignKey(
        ConfigurationItem, models.SET_NULL, null=True, related_name="+", verbose_name=_("item")
    )
    seen_at = models.DateTimeField(_("seen"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )

    class Meta:
        verbose_name = _("component candidate")
        verbose_name_plural = _("component candidates")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "address"], name="one_candidate_an_address")
        ]

    def __str__(self) -> str:
        return self.name


class Relation(models.Model):
    """How one configuration item stands to another."""

    class Sort(models.TextChoices):
        """What the first is to the second."""

        DEPENDS_ON = "depends_on", _("depends on")
        RUNS_ON = "runs_on", _("runs on")
        PART_OF = "part_of", _("is part of")
        CONNECTS_TO = "connects_to", _("connects to")

    from_item = models.ForeignKey(
        ConfigurationItem, models.CASCADE, related_name="relations", verbose_name=_("from item")
    )
    to_item = models.ForeignKey(
        ConfigurationItem, models.CASCADE, related_name="related_by", verbose_name=_("to item")
    )
    sort = models.CharField(_("sort"), max_length=12, choices=Sort)

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            models.UniqueConstraint(
                fields=["from_item", "to_item", "sort"], name="one_relation_each"
            ),
            models.CheckConstraint(
                condition=~models.Q(from_item=models.F("to_item")), name="no_relation_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_item} {self.get_sort_display()} {self.to_item}"
