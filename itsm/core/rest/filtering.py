"""The filters lists share: words with commas between, instants, and what all lists accept."""

import re
from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid
from itsm.core.fields import Instant as InstantOf
from itsm.core.rest.pages import MOST_LIMIT
from itsm.core.rest.shapes import Schema

_LOST_PLUS = re.compile(r"(T.*) (\d\d:?\d\d)$")


class WordsField(forms.Field):
    """Some of a few words, with commas between."""

    def __init__(self, *, choices: Any, coerce: Any = str, **options: Any) -> None:
        super().__init__(**options)
        self.known = {str(value): coerce(value) for value, _label in choices}

    def to_python(self, value: Any) -> list[Any] | None:
        if value in EMPTY_VALUES:
            return None
        words = str(value).split(",")
        unknown = [word for word in words if word not in self.known]
        if unknown:
            known = ", ".join(self.known)
            raise ValidationError(_("Choose from %(known)s.") % {"known": known})
        return [self.known[word] for word in words]


class Words(django_filters.Filter):  # type: ignore[misc]
    """Keeps the records whose column is one of the words given."""

    field_class = WordsField

    def __init__(self, field_name: str | None = None, **options: Any) -> None:
        super().__init__(field_name, lookup_expr="in", **options)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        # One word is said as equality, which an ordered index can serve and a list cannot.
        if value is not None and len(value) == 1:
            return qs.filter(**{str(self.field_name): value[0]})
        return qs if value is None else qs.filter(**{f"{self.field_name}__in": value})


class InstantField(forms.Field):
    """A date and time with its offset; a plus that the address turned into a blank is forgiven."""

    def to_python(self, value: Any) -> Any:
        if value in EMPTY_VALUES:
            return None
        try:
            return InstantOf(name="instant").parse(_LOST_PLUS.sub(r"\1+\2", str(value).strip()))
        except Invalid as refusal:
            raise ValidationError(str(refusal)) from None


class InstantFilter(django_filters.Filter):  # type: ignore[misc]
    """Compares a column with an instant."""

    field_class = InstantField


class FlagField(forms.Field):
    """True or false."""

    def to_python(self, value: Any) -> bool | None:
        if value in EMPTY_VALUES:
            return None
        if value not in ("true", "false", "1", "0"):
            raise ValidationError(_("Say true or false."))
        return value in ("true", "1")


class FlagFilter(django_filters.Filter):  # type: ignore[misc]
    """Keeps the records that are, or are not, so."""

    field_class = FlagField


def parameters_of(view: Any) -> Mapping[str, Schema]:
    """What the address of a list may say, and what each means."""
    names = [name for each in view.orderings for name in (each, f"-{each}")]
    found: dict[str, Schema] = {
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": 25},
        "cursor": {"type": "string", "description": "Where the page begins; from next."},
        "ordering": {"type": "string", "enum": names, "default": view.default_ordering},
        "count": {"type": "boolean", "description": "Count the records, to 1,000 at most."},
    }
    filters = view.filterset.base_filters if view.filterset else {}
    return found | {name: _schema(each) for name, each in filters.items()}


def _schema(each: django_filters.Filter) -> Schema:
    label = each.extra.get("label") or each._label
    about = {"description": str(label)} if label else {}
    if isinstance(each, Words):
        known = ", ".join(str(value) for value, _label in each.extra["choices"])
        return {"type": "string", "description": f"{label or ''} Some of: {known}.".strip()}
    if isinstance(each, InstantFilter):
        return {"type": "string", "format": "date-time", **about}
    if isinstance(each, FlagFilter):
        return {"type": "boolean", **about}
    return {"type": "string", **about}
