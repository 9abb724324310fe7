"""Orders, and the cart from which they are made."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from requests.models.catalogue import CatalogItem


class Order(models.Model):
    """What somebody ordered at once; each thing in it goes its own way as a service request."""

    number = models.CharField(max_length=20, unique=True, editable=False)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders")
    ordered_at = models.DateTimeField(default=timezone.now, editable=False)

    # The same however often the same form is sent, so that two clicks order once.
    key = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ordered_by", "key"], condition=~models.Q(key=""), name="ordered_once_a_key"
            )
        ]
        indexes = [models.Index(fields=["ordered_by", "-id"], name="order_of_person")]

    def __str__(self) -> str:
        return self.number


class CartLine(models.Model):
    """One thing somebody means to order, with the answers given for it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="cart")
    item = models.ForeignKey(CatalogItem, models.CASCADE, related_name="+")
    requested_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    answers = models.JSONField(default=dict)
    put_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.item} for {self.requested_for}"
