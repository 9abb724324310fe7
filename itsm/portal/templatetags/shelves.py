"""The rows of a shelf of the catalogue, in Python because a page shows hundreds of them."""

from collections.abc import Sequence

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from requests.models import CatalogItem
from requests.pricing import money

register = template.Library()

ROW = (
    '<li><a class="item" href="{}{}/"><strong>{}</strong>'
    '<span class="facts"><span>{}</span></span>{}</a></li>'
)


@register.filter
def offered(items: Sequence[CatalogItem]) -> SafeString:
    """Items to choose from, each with its price."""
    address = reverse("portal-catalogue")
    rows = ((address, each.slug, each.name, each.summary, _price(each)) for each in items)
    return format_html_join("", ROW, rows)


def _price(item: CatalogItem) -> str:
    if not item.price:
        return ""
    return format_html('<span class="badge">{}</span>', money(item.price, item.currency))
