"""What is answered when something other than the request is at fault."""

import sys

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

logger = structlog.get_logger(__name__)

RETRY_AFTER = 5  # seconds


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the database is away or too busy, so that the same request may succeed later."""
    return isinstance(error, OperationalError | InterfaceError)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Ask the client to come back in a moment: browsers with a page, programs with a line."""
    logger.warning("database.unavailable", error=repr(sys.exc_info()[1])[:500])
    if "text/html" in request.headers.get("Accept", ""):
        # Without the context of a request, which would ask the database who is signed in.
        response = HttpResponse(render_to_string("503.html", {"request": request}), status=503)
    else:
        sentence = _("Steady cannot reach its database at the moment. Try again in a few seconds.")
        response = HttpResponse(
            sentence + "\n", content_type="text/plain; charset=utf-8", status=503
        )
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def is_doubled(error: BaseException | None) -> bool:
    """Whether somebody saved the same a moment ago: both were checked before either was written."""
    return isinstance(error, IntegrityError) and isinstance(error.__cause__, UniqueViolation)


def doubled(request: HttpRequest) -> HttpResponse:
    """Say that it is there already, as to one of two who sent a form at once."""
    logger.warning("request.doubled", error=repr(sys.exc_info()[1])[:500])
    return render(request, "409.html", status=409)


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to an error nobody caught, in ``urls.handler500``."""
    if is_unavailable(sys.exc_info()[1]):
        return unavailable(request)
    try:
        return render(request, "500.html", status=500)
    except (TemplateDoesNotExist, OperationalError, InterfaceError):
        return HttpResponse(
            _("Something went wrong.") + "\n", content_type="text/plain", status=500
        )
