"""ETags: a record's name and its version, so that nobody overwrites what he has not seen."""

import re
from collections.abc import Mapping
from typing import Any

from rest_framework.response import Response

from itsm.core.rest.asking import Asked

_TAG = re.compile(r'\s*(?:W/)?"([A-Za-z0-9_-]+)\.([0-9]{1,9})"\s*')
UNSEEN = -1  # no record ever has this version


def tag(name: str, version: int) -> str:
    """The ETag of a record as it is shown."""
    return f'"{name}.{version}"'


def tagged(row: Mapping[str, Any], *, name: str, version: int, status: int = 200) -> Response:
    """The answer that shows a record, with its ETag."""
    return Response(row, status, headers={"ETag": tag(name, version)})


def version_seen(request: Asked, *, name: str, version: int) -> int | None:
    """The version the client has seen (If-Match): this one, UNSEEN, or None when it does not say.

    Another than this is known to be too old already; the action asks again under its lock.
    """
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    found = [_TAG.fullmatch(each) for each in given.split(",")]
    seen = {int(each[2]) for each in found if each is not None and each[1] == name}
    return version if version in seen else UNSEEN
