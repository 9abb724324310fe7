"""How a program or a browser says to the API who it is, and what its token narrows it to."""

from typing import Any

import structlog
from django.utils.translation import gettext as _
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from itsm.core.rest import limits
from itsm.people import actions, scopes
from itsm.people.models import ApiToken, User
from itsm.people.selectors import token_shown

logger = structlog.get_logger(__name__)

# Who shows this many wrong tokens in a minute is not read any further; a right one always is.
MOST_FAILURES = 30


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer sty_…``."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _blank, plain = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = token_shown(plain.strip())
        if token is None:
            self._fail(request)
            raise AuthenticationFailed(_("This token is not valid."))
        actions.note_use(token=token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def _fail(self, request: Request) -> None:
        client = request.META.get("REMOTE_ADDR", "")
        if limits.failures.count(client) > MOST_FAILURES:
            raise Throttled(wait=limits.WINDOW)
        logger.warning("token.refused", client=client)


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of somebody signed in by browser; what writes also needs the CSRF token."""


class WithinScopes(BasePermission):
    """What the token was narrowed to; a session has no such bounds."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken):
            return True
        writes = request.method not in SAFE_METHODS
        return scopes.allows(request.auth.scopes, collection=view.collection, writes=writes)

    @property
    def message(self) -> str:
        return _("The scopes of this token do not reach that far.")
