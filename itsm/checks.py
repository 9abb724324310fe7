"""System checks that tell an operator what is misconfigured, with ids and hints."""

import os
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.http.request import validate_host


@register(Tags.files)
def data_can_be_written(**_: Any) -> list[CheckMessage]:
    """Files that people attach need a place."""
    nearest = next(
        each for each in (settings.DATA_DIR, *settings.DATA_DIR.parents) if each.exists()
    )
    if os.access(nearest, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"{settings.DATA_DIR} cannot be written.",
            hint="Give the user Steady runs as the right to write there, or set DATA_DIR.",
            id="steady.E001",
        )
    ]


@register(Tags.urls)
def own_address_is_answered(**_: Any) -> list[CheckMessage]:
    """Links in messages point to BASE_URL, so requests for it must be answered."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    if validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        return []
    return [
        Error(
            f"BASE_URL names {host}, which ALLOWED_HOSTS does not.",
            hint=f"Add {host} to ALLOWED_HOSTS, or unset ALLOWED_HOSTS to have it follow BASE_URL.",
            id="steady.E002",
        )
    ]


@register(Tags.security, deploy=True)
def fit_for_the_public(**_: Any) -> list[CheckMessage]:
    """What is well on one's own machine but not where others can reach it."""
    if not settings.IS_PUBLIC:
        return []
    findings = {
        "steady.W001": (
            not settings.IS_SECURE,
            "BASE_URL is not https, so passwords and tokens travel in the open.",
            "Put a proxy with a certificate in front and set BASE_URL to its https address.",
        ),
        "steady.W002": (
            settings.EMAIL_BACKEND.endswith("console.EmailBackend"),
            "EMAIL_URL is unset, so mail is written to the log and reaches nobody.",
            "Set EMAIL_URL, such as smtp+tls://user:password@mail.example.com.",
        ),
        "steady.W003": (
            not settings.METRICS_TOKEN,
            "METRICS_TOKEN is unset, so Prometheus can read /metrics from this machine only.",
            "Set METRICS_TOKEN to a random text and give it to Prometheus as a Bearer token.",
        ),
    }
    return [
        Warning(sentence, hint=hint, id=number)
        for number, (found, sentence, hint) in findings.items()
        if found
    ]
