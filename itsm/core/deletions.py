"""What would go along with what is deleted, and what stands against that, with the way there."""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import NestedObjects, quote
from django.db import router
from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, strip_tags
from django.utils.text import capfirst

from itsm.core.whereabouts import page_of

Told = tuple[list[Any], dict[str, int], list[str], list[str]]
# As Django calls a row whose model does not say what its rows are called.
NAMELESS = re.compile(r"\w+_\w+ object \(\d+\)$")
DIGITS = re.compile(r"(\d+)")


def told_of(records: Sequence[Model], *, request: HttpRequest, site: AdminSite) -> Told:
    """What goes along, how many of each sort, which sorts must stay, and what is in the way.

    Django's own says of sorts that must stay their names alone, and leads to no page but its own.
    """
    if not records:
        return [], {}, [], []
    collector = NestedObjects(using=router.db_for_write(type(records[0])), origin=records)
    collector.collect(records)
    kept: dict[type[Model], set[Any]] = {}

    def told(record: Model) -> str:
        if not _may_go(record, request, site):
            kept.setdefault(type(record), set()).add(record.pk)
        return _named(record, site)

    along = _plain(collector.nested(told))
    in_the_way = sorted(map(told, collector.protected), key=_in_order)
    gone: Any = collector.model_objs
    counts = {
        str(model._meta.verbose_name_plural): len(found)
        for model, found in gone.items()
        if not model._meta.auto_created
    }
    staying = [_counted(model, len(found), records, site) for model, found in kept.items()]
    return along, counts, sorted(staying, key=strip_tags), in_the_way


def _may_go(record: Model, request: HttpRequest, site: AdminSite) -> bool:
    model = type(record)
    if not site.is_registered(model):
        return True
    return bool(site.get_model_admin(model).has_delete_permission(request, record))


def _named(record: Model, site: AdminSite) -> str:
    noun, address = capfirst(str(record._meta.verbose_name)), _address(record, site)
    link = format_html('<a href="{}">{}</a>', address, record) if address else record
    return format_html("{}: {}", noun, link)


def _address(record: Model, site: AdminSite) -> str:
    options = record._meta
    if page := page_of(record):
        return page
    try:
        name = f"{site.name}:{options.app_label}_{options.model_name}_change"
        return reverse(name, args=[quote(record.pk)])
    except NoReverseMatch:
        return ""


def _counted(model: type[Model], count: int, records: Sequence[Model], site: AdminSite) -> str:
    """How many rows of a sort must stay, with the list of those that speak of the one record."""
    options = model._meta
    address = reverse(f"{site.name}:{options.app_label}_{options.model_name}_changelist")
    ties = [each.name for each in options.concrete_fields if each.related_model is type(records[0])]
    if len(records) == len(ties) == 1:
        address += "?" + urlencode({f"{ties[0]}__id__exact": records[0].pk})
    words = capfirst(str(options.verbose_name_plural))
    return format_html('<a href="{}">{}: {}</a>', address, words, count)


def _plain(along: Iterable[Any]) -> list[Any]:
    """What goes along, without mere ties between two things: nothing says what they are called."""
    told = [_plain(each) if isinstance(each, list) else each for each in along]
    return [each for each in told if each and not NAMELESS.search(str(each))]


def _in_order(words: str) -> list[Any]:
    """As people put them: INC-9 before INC-10."""
    return [int(each) if each.isdecimal() else each for each in DIGITS.split(strip_tags(words))]
