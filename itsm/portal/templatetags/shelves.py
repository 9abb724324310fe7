"""The rows of a shelf of the catalogue, in Python because a page shows hundreds of them."""

from collections.abc import Sequence
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from requests.pricing import money
from requests.selectors import Offer

register = template.Library()

ROW = (
    '<li><a class="item" href="{}{}/"><strong>{}</strong>'
    '<span class="facts"><span>{}</span></span>{}</a></li>'
)


@register.filter
def offered(items: Sequence[Offer]) -> SafeString:
    """Items to choose from, each with its price."""
    address = reverse("portal-catalogue")
    rows = (
        ROW.format(
            address, escape(each.slug), escape(each.name), escape(each.summary), _price(each)
        )
        for each in items
    )
    return mark_safe("".join(rows))  # noqa: S308 every value was escaped


def _price(item: Offer) -> str:
    if not item.price:
        return ""
    return f'<span class="badge">{escape(money(item.price, item.currency))}</span>'
