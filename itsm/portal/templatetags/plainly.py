"""Times and stages as people say them."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()

# The place of the portal a page is a part of, where it is none itself.
PARTS = {
    "portal-item": "portal-items",
    "portal-act": "portal-items",
    "portal-change": "portal-items",
    "portal-order": "portal-items",
    "portal-delegates": "portal-items",
    "portal-article": "portal-knowledge",
    "portal-known-error": "portal-knowledge",
    "portal-catalogue-item": "portal-catalogue",
    "portal-cart": "portal-catalogue",
    "portal-outage": "portal-status",
}


@register.filter
def standing(page: str, place: str) -> SafeString:
    """The mark of the place of the portal this page is, or is a part of; nothing elsewhere."""
    if page == place:
        return mark_safe(' aria-current="page"')
    if PARTS.get(page) == place:
        return mark_safe(' aria-current="true"')
    return mark_safe("")


@register.filter
def plainly(instant: datetime | None) -> SafeString:
    """An instant as people say it, "today 14:05", the exact one on hover."""
    if instant is None:
        return mark_safe("")
    local = timezone.localtime(instant)
    exact = local.strftime("%Y-%m-%d %H:%M %Z")
    at = local.isoformat(timespec="seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', at, exact, said(local))


def said(local: datetime) -> str:
    """A local instant in plain words."""
    today = timezone.localdate()
    clock = date_format(local, "H:i")
    away = (today - local.date()).days
    if away == 0:
        return _("today %(clock)s") % {"clock": clock}
    if away == 1:
        return _("yesterday %(clock)s") % {"clock": clock}
    if away == -1:
        return _("tomorrow %(clock)s") % {"clock": clock}
    if 1 < away < 7:
        return f"{date_format(local, 'l')} {clock}"
    if local.year == today.year:
        return f"{date_format(local, 'j F')}, {clock}"
    return date_format(local, "j F Y")
