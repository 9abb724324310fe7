"""The browsers people use: which are known to an account, and what to call them."""

import secrets
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from itsm.people.limits import Attempt, Limit
from itsm.people.models import User

SALT = "people.device"
REMEMBERED = timedelta(days=365)
# The first that fits is the name, since most browsers also call themselves by older names.
BROWSERS = (
    *(("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox")),
    *(("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")),
)
SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
    *(("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
)
Response = TypeVar("Response", bound=HttpResponse)


def attempt_at(limit: Limit, *, account: str, request: HttpRequest) -> Attempt:
    """An attempt of the browser that asks, which is counted by itself where it is known."""
    device = _device_of(request, account)
    place = request.META.get("REMOTE_ADDR", "")
    return Attempt(limit, account, f"device:{device}" if device else place, bool(device))


def remember_device(response: Response, *, user: User) -> Response:
    """Have this browser known to the account of the person who signed in."""
    facts = [user.username.casefold(), secrets.token_urlsafe(12)]
    response.set_cookie(
        _cookie(),
        signing.dumps(facts, salt=SALT, compress=True),
        max_age=REMEMBERED,
        secure=settings.IS_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def is_known(request: HttpRequest, user: User) -> bool:
    """Whether this person has signed in at this browser before."""
    return bool(_device_of(request, user.username))


def name_of(user_agent: str) -> str:
    """The browser and its system as people call them."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown device")


def _device_of(request: HttpRequest, account: str) -> str:
    try:
        facts = signing.loads(request.COOKIES.get(_cookie(), ""), salt=SALT, max_age=REMEMBERED)
        owner, device = facts
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(device) if owner == account.casefold() else ""


def _cookie() -> str:
    return "__Host-device" if settings.IS_SECURE else "device"
