"""The door for tools that post: plain Django, because every millisecond counts in a storm."""

from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from itsm.core.errors import NotFound
from itsm.monitoring import actions
from itsm.monitoring.bodies import ENCODINGS, LARGEST_UNPACKED, TooLarge
from itsm.monitoring.credentials import Credentials
from itsm.monitoring.doors import Post, doors
from itsm.monitoring.models import MonitoringSource
from itsm.monitoring.selectors import NO_SOURCE, source_for
from itsm.monitoring.sources import Malformed

logger = structlog.get_logger(__name__)

LARGEST_BODY = 2 * 1024 * 1024
RETRY_AFTER = "5"  # seconds
KEPT_HEADERS = ("Content-Type", "Content-Length", "User-Agent", "X-Request-ID")


@csrf_exempt
def receive(request: HttpRequest, source: str, token: str = "") -> HttpResponse:
    """Take in one post of a tool; 202 once what it says is committed."""
    try:
        return _take_in(request, source, token)
    except _Refusal as refusal:
        return problem(refusal.status, refusal.detail)
    except NotFound as error:
        return problem(HTTPStatus.NOT_FOUND, str(error))
    except Malformed as error:
        return problem(HTTPStatus.BAD_REQUEST, error.message, errors={error.path: [error.message]})
    except TooLarge:
        return problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"Send at most {LARGEST_UNPACKED} bytes in one post, before they are compressed.",
        )
    except (OperationalError, InterfaceError) as error:
        logger.warning("intake.unavailable", source=source, error=repr(error)[:500])
        answer = problem(
            HTTPStatus.SERVICE_UNAVAILABLE, "Nothing can be taken in right now. Send it again."
        )
        answer["Retry-After"] = RETRY_AFTER
        return answer


class _Refusal(Exception):  # noqa: N818 an answer, not an error
    """The request is no post that could be read."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def problem(
    status: HTTPStatus, detail: str, *, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    """An answer as RFC 9457 has it."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    if errors:
        content["errors"] = errors
    answer = JsonResponse(content, status=status.value, content_type="application/problem+json")
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        answer["Allow"] = "POST"
    return answer


def _take_in(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    credentials = Credentials(
        headers=request.headers,
        body=_body(request),
        path_token=token,
        query_token=request.GET.get("token", ""),
    )
    content_type = request.headers.get("Content-Type", "")
    now = timezone.now()
    post = Post(slug=slug, credentials=credentials, content_type=content_type, now=now)
    try:
        source = source_for(slug, credentials=credentials, now=now)
    except NotFound:
        return _next_door(post)
    actions.note_heard(source=source, now=now)
    accepted = actions.receive(
        source,
        body=post.content,
        content_type=content_type,
        headers=_kept_headers(request, source),
        now=now,
    )
    return JsonResponse(_answer(accepted), status=HTTPStatus.ACCEPTED)


def _next_door(post: Post) -> HttpResponse:
    """The answer of the room whose tool posts to this address; NotFound when there is none."""
    for door in doors.values():
        if (answer := door.receive(post)) is not None:
            if answer.raw is not None:
                return HttpResponse(
                    answer.raw, status=answer.status, content_type=answer.content_type
                )
            return JsonResponse(dict(answer.content), status=answer.status)
    raise NotFound(NO_SOURCE)


def _answer(accepted: actions.Accepted) -> dict[str, Any]:
    number = accepted.number
    return {
        "status": "accepted",
        "accepted": len(accepted.standings),
        "number": number,
        "url": f"{settings.BASE_URL}/incidents/{number}/" if number else None,
        "alerts": [
            {"fingerprint": each.fingerprint, "status": each.status, "incident": each.incident}
            for each in accepted.standings
        ],
    }


def _body(request: HttpRequest) -> bytes:
    if request.method != "POST":
        raise _Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Post to this address.")
    too_large = _Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Send at most {LARGEST_BODY} bytes in one post."
    )
    if request.headers.get("Content-Encoding", "").lower() not in ENCODINGS:
        raise _Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as it is, or compressed by gzip."
        )
    # Told from the length given, so that what is too large is not even read.
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise too_large
    try:
        body = request.read(LARGEST_BODY + 1)
    except UnreadablePostError:
        raise _Refusal(HTTPStatus.BAD_REQUEST, "The body did not arrive whole.") from None
    if len(body) > LARGEST_BODY:
        raise too_large
    return body


def _kept_headers(request: HttpRequest, source: MonitoringSource) -> dict[str, str]:
    secret = source.header_name.lower()
    return {
        name: request.headers[name].replace("\0", "")[:300]
        for name in KEPT_HEADERS
        if name in request.headers and name.lower() != secret
    }
