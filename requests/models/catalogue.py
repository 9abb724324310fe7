"""The catalogue: categories, items, and what each item was in each of its versions."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import GeneratedField, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.crypto import EncryptedTextField
from itsm.core.http import may_call
from itsm.inventory.models import Service
from itsm.people.models import Team


class Category(models.Model):
    """One shelf of the catalogue."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)
    icon = models.CharField(_("icon"), max_length=40, default="package")
    position = models.PositiveSmallIntegerField(_("position"), default=100)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name


class CatalogItem(models.Model):
    """One thing that can be ordered; what is asked for it and done for it is in its versions."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    summary = models.CharField(_("what it is, in a sentence"), max_length=250)
    description = models.TextField(_("what to know"), blank=True, max_length=10_000)
    keywords = models.CharField(_("other words people look for"), max_length=250, blank=True)
    icon = models.CharField(_("icon"), max_length=40, default="package")
    category = models.ForeignKey(Category, models.PROTECT, related_name="items")
    owner_team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="catalog_items"
    )
    service = models.ForeignKey(
        Service, models.SET_NULL, null=True, blank=True, related_name="catalog_items"
    )
    price = models.DecimalField(
        _("price"), max_digits=10, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    cost_centre = models.CharField(_("cost centre"), max_length=40, blank=True)
    # Whom it is offered to, see requests.audience; nothing said, everybody.
    audience = models.JSONField(_("offered to"), default=dict, blank=True)
    is_available = models.BooleanField(_("can be ordered"), default=True)
    quota = models.PositiveSmallIntegerField(_("most each person may have"), null=True, blank=True)
    hours = models.PositiveSmallIntegerField(
        _("working hours it should take"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(2000)],
    )
    includes: "models.ManyToManyField[CatalogItem, BundlePart]" = models.ManyToManyField(
        "self", through="BundlePart", symmetrical=False, related_name="bundles"
    )
    current = models.ForeignKey(
        "ItemVersion", models.PROTECT, null=True, editable=False, related_name="+"
    )
    search = GeneratedField(
        expression=SearchVector("name", "keywords", weight="A", config="simple")
        + SearchVector("summary", weight="B", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("catalogue item")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="item_price_not_below_nothing")
        ]
        indexes = [GinIndex(fields=["search"], name="item_search")]

    def __str__(self) -> str:
        return self.name


class BundlePart(models.Model):
    """One item that comes with another."""

    bundle = models.ForeignKey(CatalogItem, models.CASCADE, related_name="parts")
    item = models.ForeignKey(CatalogItem, models.PROTECT, related_name="part_of")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "item"], name="once_in_a_bundle"),
            models.CheckConstraint(
                condition=~Q(bundle=models.F("item")), name="no_bundle_in_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} with {self.bundle}"


class ItemVersion(models.Model):
    """What is asked for an item, who agrees, and what is done; never changed once it is there."""

    item = models.ForeignKey(CatalogItem, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    questions = models.JSONField(default=list, blank=True)
    steps = models.JSONField(default=list, blank=True)
    approval = models.JSONField(default=dict, blank=True)
    lease = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="one_item_version_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.number}"


class Target(models.Model):
    """A system that steps of fulfilment call, with what proves to it that we may."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    address = models.URLField(_("address"), max_length=300)
    secret = EncryptedTextField(_("bearer token"), blank=True)
    # Only then is a call whose end is not known made again by itself.
    knows_keys = models.BooleanField(_("does nothing twice for one Idempotency-Key"), default=False)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.address and not may_call(self.address):
            raise ValidationError({"address": _("Give an address that begins with https://.")})
