"""What happens to every request: its number, its log line, its headers, and the probes."""

import re
import secrets
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from itsm.core import health, metrics
from itsm.core.failures import doubled, is_doubled, is_unavailable, unavailable
from itsm.core.logging import masked

access = structlog.get_logger("steady.access")

Answer = Callable[[HttpRequest], HttpResponseBase]

_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_OWN_SCRIPT = re.compile(rb'<script\b(?![^>]*\bnonce=)(?=[^>]*\bsrc="/(?:static/|admin/jsi18n/))')
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'nonce-{nonce}' 'strict-dynamic'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
    )
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestMiddleware:
    """Gives a request its number, writes its log line and counts it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        number = request.headers.get("X-Request-ID", "")
        if not _SANE_ID.fullmatch(number):
            number = uuid.uuid4().hex
        request.request_id = number  # type: ignore[attr-defined]
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=number):
            response = self.get_response(request)
            response["X-Request-ID"] = number
            if isinstance(response, HttpResponse) and not response.has_header("Content-Length"):
                response["Content-Length"] = str(len(response.content))
            self._note(request, response, seconds=time.perf_counter() - began)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Answer for what is no fault of ours before anybody takes it for one."""
        if is_doubled(error):
            return doubled(request)
        return unavailable(request) if is_unavailable(error) else None

    def _note(self, request: HttpRequest, response: HttpResponseBase, *, seconds: float) -> None:
        metrics.note_request(
            method=request.method or "", status=response.status_code, seconds=seconds
        )
        if request.path in health.PROBES and response.status_code < 400:
            return
        access.info(
            "request",
            method=request.method,
            path=masked(request.get_full_path()),
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            client=request.META.get("REMOTE_ADDR", ""),
        )


class ContentSecurityMiddleware:
    """Tells browsers to run only scripts that carry this answer's nonce."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            # What a page says of tickets must not stay behind in a cache (ASVS 14.3.2).
            response.headers.setdefault("Cache-Control", "private, no-store")
        if request.path.startswith("/admin/") and isinstance(response, HttpResponse):
            _let_scripts_of_the_admin_run(response, nonce=nonce)
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compresses pages alone: files are compressed already, and the API's ETags stay strong."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if not is_page or not isinstance(response, HttpResponse):
            return response
        # Its padding of random length keeps secrets in a page from being guessed by its size.
        return super().process_response(request, response)


class ProbeMiddleware:
    """Answers the orchestrators' probes before sessions or host names are asked about."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = health.PROBES.get(request.path)
        return probe(request) if probe else self.get_response(request)


def _let_scripts_of_the_admin_run(response: HttpResponse, *, nonce: str) -> None:
    """Put the nonce on the script files of Django's admin, whose templates know of none."""
    if response.get("Content-Type", "").startswith("text/html"):
        response.content = _OWN_SCRIPT.sub(f'<script nonce="{nonce}"'.encode(), response.content)
        del response["Content-Length"]
