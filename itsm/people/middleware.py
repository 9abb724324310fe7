"""What every request knows of the person who asks: the session, the zone and the language."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from itsm.people.models import User
from itsm.people.session_store import SessionStore
from itsm.people.zones import zone_named

Answer = Callable[[HttpRequest], HttpResponseBase]


class SessionMiddleware(DjangoSessionMiddleware):
    """Opens the session and tells it which browser asks, and from where."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        session = request.session
        if isinstance(session, SessionStore):
            session.describe(
                device=request.headers.get("User-Agent", "").replace("\x00", "")[:200],
                place=request.META.get("REMOTE_ADDR", "")[:45],
            )


class PersonMiddleware:
    """Shows times in the zone, and words in the language, of whoever is signed in."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        if user.language in dict(settings.LANGUAGES):
            # Left on: LocaleMiddleware still writes Content-Language, and chooses anew each time.
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        with timezone.override(zone_of(user)):
            return self.get_response(request)


def zone_of(user: User) -> ZoneInfo:
    """The person's time zone; UTC when it is one we do not know."""
    return zone_named(user.time_zone)
