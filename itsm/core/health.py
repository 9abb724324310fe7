"""Whether this process lives, whether the house works, and the numbers about it."""

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import redis
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from itsm.core import heartbeats, metrics
from itsm.core.supervision.preparing import migrations_of
from itsm.env import is_loopback

SILENCE = {
    "worker": timedelta(seconds=60),
    "beat": timedelta(seconds=60),
    "sweep": timedelta(seconds=30),
}
OLDEST_DEBT = 300  # seconds a delivery may be owed before something is wrong
# Not being heard from means somebody else does the work later; it takes no web server out.
NOT_NEEDED_TO_SERVE = frozenset({"valkey", "worker", "beat", "sweep", "deliveries"})


def alive(_request: HttpRequest) -> JsonResponse:
    """This process answers; nothing else is asked."""
    return JsonResponse({"status": "alive"})


def ready(_request: HttpRequest) -> JsonResponse:
    """Each part by its name; 503 when requests could not be served."""
    parts = state_of_the_parts()
    broken = {name for name, part in parts.items() if not part["ok"]}
    status = 503 if broken - NOT_NEEDED_TO_SERVE else 200
    word = "unavailable" if status == 503 else "degraded" if broken else "ready"
    return JsonResponse({"status": word, "parts": parts}, status=status)


def numbers(request: HttpRequest) -> HttpResponse:
    """Prometheus' text, for whoever has the token or asks from this machine."""
    if not _may_read_numbers(request):
        return HttpResponse("Send METRICS_TOKEN as a Bearer token.\n", status=403)
    try:
        return HttpResponse(metrics.exposition(), content_type="text/plain; version=0.0.4")
    except DatabaseError:
        return HttpResponse("The database is away.\n", status=503)


PROBES: Mapping[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": alive,
    "/readyz": ready,
    "/metrics": numbers,
}

Part = dict[str, object]


def state_of_the_parts() -> dict[str, Part]:
    """How each part of the house is."""
    parts = {"database": _asked(_database), "valkey": _asked(_valkey)}
    if parts["database"]["ok"]:
        parts |= {"migrations": _asked(_migrations), "deliveries": _asked(_deliveries)}
        parts |= _heard()
    return parts


def pending_migrations() -> int:
    """How many migrations the database still lacks; asked often, so none of them is loaded."""
    done = MigrationRecorder(connection).applied_migrations()
    return len(migrations_of(apps.get_app_configs()) - done.keys())


def _asked(question: Callable[[], Part]) -> Part:
    try:
        return question()
    except (DatabaseError, redis.RedisError) as error:
        return {"ok": False, "error": type(error).__name__}


def _database() -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True}


def _migrations() -> Part:
    missing = pending_migrations()
    return {"ok": not missing, "missing": missing}


def _valkey() -> Part:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry_on_timeout=False
    )
    with client:
        client.ping()
    return {"ok": True}


def _deliveries() -> Part:
    owed, oldest, given_up = metrics.debts()
    return {
        "ok": oldest < OLDEST_DEBT,
        "owed": owed,
        "oldest_seconds": round(oldest, 1),
        "given_up": given_up,
    }


def _heard() -> dict[str, Part]:
    try:
        last = heartbeats.last_heard()
    except DatabaseError:
        last = {}
    now = timezone.now()
    return {name: _silence(last.get(name), at=now, most=most) for name, most in SILENCE.items()}


def _silence(heard_at: datetime | None, *, at: datetime, most: timedelta) -> Part:
    if heard_at is None:
        return {"ok": False, "heard_seconds_ago": None}
    silence = at - heard_at
    return {"ok": silence <= most, "heard_seconds_ago": round(silence.total_seconds(), 1)}


def _may_read_numbers(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    # A proxy on this machine also comes from loopback, but asks for the public name.
    host = request.headers.get("Host", "").rsplit(":", 1)[0]
    return is_loopback(request.META.get("REMOTE_ADDR", "")) and is_loopback(host)
