"""Lists in pages that cost the same however far one reads: each begins where the last one ended."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.response import Response

from itsm.core.errors import Invalid
from itsm.core.rest.asking import Asked
from itsm.core.rest.reading import check_text
from itsm.core.rest.shapes import Row, Schema, Shape

ORDINARY_LIMIT = 25
MOST_LIMIT = 200
MOST_COUNTED = 1000
LONGEST_CURSOR = 1000
PAGE_PARAMETERS = ("limit", "cursor", "ordering", "count")

Orderings = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Place:
    """Where a page begins: after or before a record, by its values in the order of the list."""

    ordering: str
    backwards: bool
    values: tuple[Any, ...]

    def encoded(self) -> str:
        packed = [self.ordering, int(self.backwards), [_packed(each) for each in self.values]]
        text = json.dumps(packed, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def page(
    request: Asked,
    queryset: QuerySet[Any],
    shape: Shape,
    *,
    orderings: Orderings,
    default: str,
    is_selected: bool = False,
    is_endless: bool = False,
) -> Response:
    """One page of the records, with the addresses of the next and the previous one.

    An endless list has a next page even at its end, for what is still to come.
    """
    name = _ordering(request, orderings, default)
    fields = _fields(name, orderings)
    place = _place(request, queryset, name, fields)
    limit = limit_of(request)
    ordered = queryset.order_by(*(_flipped(fields) if place and place.backwards else fields))
    if place:
        ordered = ordered.filter(_beyond(place, fields))
    keys = [each.lstrip("-") for each in fields]
    rows, values = shape.read(
        ordered[: limit + 1], request.user, beside=keys, is_selected=is_selected
    )
    has_more = len(rows) > limit
    rows, values = rows[:limit], values[:limit]
    if place and place.backwards:
        rows, values = rows[::-1], values[::-1]
    is_first = place is None or (place.backwards and not has_more)
    is_last = not has_more and not is_endless and not (place and place.backwards)
    first, last = (values[0], values[-1]) if values else (None, None)
    answer: Row = {
        "next": None if is_last else _address(request, _at(name, last, place, backwards=False)),
        "previous": None if is_first else _address(request, _at(name, first, None, backwards=True)),
        "results": rows,
    }
    return Response(_counted(request, queryset) | answer)


def _at(
    name: str, values: tuple[Any, ...] | None, place: Place | None, *, backwards: bool
) -> Place | None:
    """Beyond the record with these values; where there is none, where the page itself began."""
    return Place(name, backwards, values) if values else place


def limit_of(request: Asked) -> int:
    """How many records the client wants at once."""
    given = request.query_params.get("limit", str(ORDINARY_LIMIT))
    if not (given.isascii() and given.isdecimal() and 1 <= int(given[:9]) <= MOST_LIMIT):
        raise Invalid(_("Give a limit from 1 to %(most)d.") % {"most": MOST_LIMIT}, field="limit")
    return int(given)


def page_schema(reference: Schema) -> Schema:
    """A page of records of this schema, as the API's description says it."""
    link = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "properties": {
            "next": link,
            "previous": link,
            "results": {"type": "array", "items": reference},
            "count": {"type": "integer", "description": _("Only with ?count=true.")},
            "count_is_capped": {"type": "boolean", "description": _("There are more than that.")},
        },
        "required": ["next", "previous", "results"],
    }


def _counted(request: Asked, queryset: QuerySet[Any]) -> Row:
    wanted = request.query_params.get("count", "false")
    if wanted not in ("true", "false", "1", "0"):
        raise Invalid(_("Say true or false."), field="count")
    if wanted in ("false", "0"):
        return {}
    # In order, so that the database walks an index instead of gathering everything first.
    found = queryset.order_by("-pk").values("pk")[: MOST_COUNTED + 1].count()
    return {"count": min(found, MOST_COUNTED), "count_is_capped": found > MOST_COUNTED}


def _ordering(request: Asked, orderings: Orderings, default: str) -> str:
    name = request.query_params.get("ordering", default)
    if name.removeprefix("-") not in orderings:
        known = ", ".join(orderings)
        raise Invalid(
            _("Order by one of %(known)s, with a minus before it for the other way round.")
            % {"known": known},
            field="ordering",
        )
    return name


def _fields(name: str, orderings: Orderings) -> list[str]:
    fields = list(orderings[name.removeprefix("-")])
    return _flipped(fields) if name.startswith("-") else fields


def _flipped(fields: Sequence[str]) -> list[str]:
    return [each[1:] if each.startswith("-") else f"-{each}" for each in fields]


def _beyond(place: Place, fields: Sequence[str]) -> Q:
    """After the place: a later first value, or the same one and later by the rest."""
    wanted, equal = Q(), Q()
    directions = _flipped(fields) if place.backwards else fields
    for direction, value in zip(directions, place.values, strict=True):
        name = direction.lstrip("-")
        further = "lt" if direction.startswith("-") else "gt"
        wanted |= equal & Q(**{f"{name}__{further}": value})
        equal &= Q(**{name: value})
    first = directions[0].lstrip("-")
    # Said apart, because an index can be entered by this and not by the alternatives.
    bound = "lte" if directions[0].startswith("-") else "gte"
    return Q(**{f"{first}__{bound}": place.values[0]}) & wanted


def _place(
    request: Asked, queryset: QuerySet[Any], name: str, fields: Sequence[str]
) -> Place | None:
    given = request.query_params.get("cursor", "")
    if not given:
        return None
    try:
        return _decoded(given, queryset, name, fields)
    except (ValueError, TypeError, ValidationError, FieldDoesNotExist, RecursionError):
        raise Invalid(
            _("Take the cursor from the next or previous address of a page, as it stands."),
            field="cursor",
        ) from None


def _decoded(given: str, queryset: QuerySet[Any], name: str, fields: Sequence[str]) -> Place:
    if len(given) > LONGEST_CURSOR:
        raise ValueError
    text = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True)
    ordering, backwards, packed = json.loads(text)
    if ordering != name or backwards not in (0, 1) or len(packed) != len(fields):
        raise ValueError
    values = [
        queryset.model._meta.get_field(each.lstrip("-")).to_python(value)
        for each, value in zip(fields, packed, strict=True)
    ]
    for each in values:
        if each is None:
            raise ValueError
        if isinstance(each, str):
            check_text(each, field="cursor")
    return Place(name, bool(backwards), tuple(values))


def _packed(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _address(request: Asked, place: Place | None) -> str:
    if place is None:
        return request.build_absolute_uri()
    query = request.query_params.copy()
    query["cursor"] = place.encoded()
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
