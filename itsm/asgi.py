"""HTTP and websockets on one port: Django's pages in threads, live updates in the event loop."""

import os
from functools import partial
from urllib.parse import urlsplit

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
# Before the other imports, which need the apps to be loaded. As WSGI and not as ASGI, because
# Django's ASGI handler measured half as many requests a second and reads whole files into memory.
_pages = get_wsgi_application()

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import OriginValidator
from django.conf import settings
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from itsm.core import sweep, warming
from itsm.core.bridge import Bridge
from itsm.core.parking import Parking
from itsm.core.supervision.children import die_with_parent
from itsm.dashboard.urls import websocket_urlpatterns


def own_origins() -> list[str]:
    """Where our own pages come from, under each name we answer to, at our port alone."""
    base = urlsplit(settings.BASE_URL)
    port = base.port or {"http": 80, "https": 443}[base.scheme]
    return [f"{base.scheme}://{host}:{port}" for host in settings.ALLOWED_HOSTS]


_stand_by = partial(sweep.start, stands_by=True)
_pages_and_start = Parking(
    Bridge(_pages, threads=8, on_start=[die_with_parent, _stand_by, warming.start])
)

_doors = ProtocolTypeRouter(
    {
        "http": _pages_and_start,
        "lifespan": _pages_and_start,
        "websocket": OriginValidator(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns)),
            [settings.BASE_URL, *own_origins()],
        ),
    }
)
# Limits and the list of sessions go by the client's address, which only a known proxy may tell.
application = ProxyHeadersMiddleware(_doors, trusted_hosts=settings.TRUSTED_PROXIES)
