"""How the product writes its log: JSON lines in production, readable ones while developing."""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MASK = "[masked]"
_SECRETS_IN_ADDRESSES = (
    (
        re.compile(
            r"([?&](?:token|code|state|key|api_key|apikey|secret|password)=)[^&\s\"']+", re.I
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(/approvals/answer/)[^/\s?\"']+"), rf"\1{MASK}"),
    (re.compile(r"(/calendar/feed/)[^/\s?\"']+"), rf"\1{MASK}"),
    (re.compile(r"(/hooks/[^/\s?\"']+/)[^/\s?\"']+"), rf"\1{MASK}"),
)


def masked(text: str) -> str:
    """The text without the credentials that tools put into addresses."""
    for pattern, replacement in _SECRETS_IN_ADDRESSES:
        text = pattern.sub(replacement, text)
    return text


def logging_settings(*, readable: bool, level: str) -> dict[str, Any]:
    """Django's LOGGING: everything, ours and others', through structlog to standard error."""
    renderer: Processor = (
        # Without the values of variables, which may be the secrets of some integration.
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if readable
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _without_credentials,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *([] if readable else [structlog.processors.format_exc_info]),
                    renderer,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            name: {"handlers": [], "level": quiet, "propagate": True}
            for name, quiet in _LEVELS.items()
        },
    }


# Our own access log says what django.server, django.request and uvicorn.access would repeat.
_LEVELS = {
    "django": "INFO",
    "django.server": "ERROR",
    "django.request": "ERROR",
    "uvicorn": "WARNING",
    "uvicorn.error": "WARNING",
    "uvicorn.access": "CRITICAL",
    "celery": "WARNING",
    "kombu": "WARNING",
    "httpx": "WARNING",
    "channels_redis": "WARNING",
}


def _without_credentials(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for name, value in event.items():
        if isinstance(value, str) and ("=" in value or "/hooks/" in value):
            event[name] = masked(value)
    return event
