"""The addresses of a collection, from what its class declares."""

from collections import defaultdict
from typing import Any

from django.urls import URLResolver, include, path

from itsm.core.rest.operations import operations_of
from itsm.core.rest.views import Collection


def routes(collection: type[Collection]) -> list[URLResolver]:
    """The addresses of all endpoints of a collection, passed over together by who looks for others:
    to try each address of the API in turn took a millisecond of every request."""
    by_path: dict[str, dict[str, Any]] = defaultdict(dict)
    for each in operations_of(collection):
        by_path[each.path][each.method] = each.name
    # Words before records and long before short, so that no record's name can hide an address.
    ordered = sorted(
        by_path.items(), key=lambda item: (item[0].startswith("<"), -item[0].count("/"))
    )
    addresses = [
        path(
            rest,
            collection.as_view(methods),
            name=f"{collection.collection}-{next(iter(methods.values()))}",
        )
        for rest, methods in ordered
    ]
    return [path(f"{collection.collection}/", include(addresses))]
