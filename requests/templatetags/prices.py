"""Prices on pages."""

from decimal import Decimal

from django import template

from requests.pricing import money

register = template.Library()


@register.filter
def price(amount: Decimal, code: str) -> str:
    """A price in its currency, as the reader writes it."""
    return money(amount, code)
