"""The request as an endpoint sees it."""

from typing import TYPE_CHECKING, Any

from rest_framework.request import Request


class Asked(Request):
    """A request whose asker is known: nobody else comes past the permissions."""

    if TYPE_CHECKING:
        user: Any
