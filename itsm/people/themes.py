"""The cookie that lets the server paint a page in the right colours at once."""

from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.http import HttpResponse

Response = TypeVar("Response", bound=HttpResponse)


def keep_theme(response: Response, *, theme: str) -> Response:
    """Have this browser remember the colours; the script of the menu may change them."""
    response.set_cookie(
        "theme",
        theme,
        max_age=timedelta(days=365),
        secure=settings.IS_SECURE,
        samesite="Lax",
    )
    return response
