"""Which answer each exception becomes; none of them tells of our insides."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.exceptions import APIException, Throttled
from rest_framework.response import Response
from rest_framework.views import set_rollback

from itsm.core import errors
from itsm.core.failures import RETRY_AFTER, is_doubled, is_unavailable
from itsm.core.rest.answering import problem

logger = structlog.get_logger(__name__)

STATUS = {
    errors.Invalid: 400,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Stale: 412,
    errors.Refused: 409,
}

BY_DJANGO: Mapping[type[Exception], tuple[int, Any]] = {
    Http404: (404, _l("There is nothing here.")),
    PermissionDenied: (403, _l("You may not do this.")),
    RequestDataTooBig: (413, _l("The request is too large.")),
    SuspiciousOperation: (400, _l("The request cannot be read.")),
    UnreadablePostError: (400, _l("The request cannot be read.")),
}


def answer_to(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to whatever was raised while a request was worked on."""
    set_rollback()
    if isinstance(error, errors.Refused):
        return _refused(error)
    if isinstance(error, APIException):
        return _by_framework(error)
    if (known := next((each for each in BY_DJANGO if isinstance(error, each)), None)) is not None:
        status, sentence = BY_DJANGO[known]
        return told(status, str(sentence))
    return _by_database(error) or _unexpected(error, context)


def told(status: int, detail: str, **more: Any) -> Response:
    """A problem with the standard's own title for its status."""
    return problem(status, detail, title=HTTPStatus(status).phrase, **more)


def _refused(refusal: errors.Refused) -> Response:
    status = next(status for kind, status in STATUS.items() if isinstance(refusal, kind))
    fields = {refusal.field: [str(refusal)]} if refusal.field else {}
    if isinstance(refusal, errors.Invalid):
        fields |= {name: list(sentences) for name, sentences in refusal.errors.items()}
    return told(status, str(refusal), errors=fields)


def _by_framework(error: APIException) -> Response:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    wait = getattr(error, "wait", None)
    if isinstance(error, Throttled) and wait is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
    detail = error.detail if isinstance(error.detail, str) else _("The request cannot be read.")
    return told(error.status_code, str(detail), headers=headers)


def _by_database(error: Exception) -> Response | None:
    if is_unavailable(error):
        logger.warning("database.unavailable", error=repr(error)[:500])
        headers = {"Retry-After": str(RETRY_AFTER)}
        detail = _("The database is away or busy. Try again in a few seconds.")
        return told(503, detail, headers=headers)
    if is_doubled(error):
        logger.warning("request.doubled", error=repr(error)[:500])
        return told(409, _("The same was saved a moment ago. Look at what is there now."))
    if isinstance(error, DataError):
        # A net under the checks of the fields: whatever slips through them is still the client's.
        logger.warning("api.data_error", error=repr(error)[:500])
        return told(400, _("A value is out of the range that can be stored."))
    return None


def _unexpected(error: Exception, context: Mapping[str, Any]) -> Response:
    logger.error("api.failed", exc_info=error)
    number = getattr(getattr(context.get("request"), "_request", None), "request_id", "")
    detail = _("Something went wrong on our side. Tell us the request's number.")
    return told(500, detail, request_id=number)
