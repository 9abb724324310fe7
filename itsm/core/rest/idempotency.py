"""A request with an idempotency key takes effect once, however often and at once it is sent."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from itsm.core import kept_answers
from itsm.core.errors import Invalid, Refused
from itsm.core.models import KeptAnswer
from itsm.core.rest.answering import JSON
from itsm.core.rest.asking import Asked

HEADER = "Idempotency-Key"
_SANE_KEY = re.compile(r"[\x21-\x7e]{1,200}")
KEPT_HEADERS = ("ETag", "Location")


class AnotherRequest(APIException):
    """The key was used for a request that said something else."""

    status_code = 422
    default_code = "key_reused"


def once(request: Asked, work: Callable[[], Response], *, secrets: Sequence[str] = ()) -> Response:
    """The answer of the work, or the one that was kept when this request was first sent.

    ``secrets`` are names in the answer that are shown once and never kept.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return work()
    if not _SANE_KEY.fullmatch(key):
        raise Invalid(_("Give a key of 1 to 200 letters and digits."), field=HEADER)
    refusal = None
    with transaction.atomic():
        # Whoever sends the same key at the same time waits here until our transaction has ended.
        claimed, kept = kept_answers.claim(
            user_id=request.user.pk, key=key, digest=_digest(request)
        )
        if kept is not None:
            return _again(request, kept)
        try:
            response = work()
        except Refused as error:
            # The transaction goes on: what the refusal left in the log is to stay there.
            kept_answers.release(claimed)
            refusal = error
        else:
            _keep(claimed, response, secrets=secrets)
    if refusal is not None:
        raise refusal
    return response


def _keep(claimed: int, response: Response, *, secrets: Sequence[str]) -> None:
    shown = response.data
    if secrets and isinstance(shown, Mapping):
        shown = {name: None if name in secrets else value for name, value in shown.items()}
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    body = JSON().render(shown).decode()
    kept_answers.keep(claimed, status=response.status_code, body=body, headers=headers)


def _again(request: Asked, kept: KeptAnswer) -> Response:
    if kept.digest != _digest(request):
        raise AnotherRequest(_("This idempotency key was used for another request."))
    headers = {**kept.headers, "Idempotency-Replayed": "true"}
    return Response(json.loads(kept.body), kept.status, headers=headers)


def _digest(request: Asked) -> str:
    """What the request says: a retry has the same, whatever its boundaries between parts."""
    hashed = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if not (request.content_type or "").startswith("multipart/"):
        hashed.update(request._request.body)
        return hashed.hexdigest()
    for name, values in sorted(request.POST.lists()):
        hashed.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            hashed.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                hashed.update(chunk)
            file.seek(0)
    return hashed.hexdigest()
