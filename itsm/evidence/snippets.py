"""What to write into each tool so that it passes its log lines on."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

# In each: {address} ends with a slash, {token} is the source's.
SNIPPETS: Mapping[str, tuple[Any, str]] = {
    "syslog-ng": (
        _("syslog-ng.conf"),
        (
            "destination d_steady {{\n"
            "  http(\n"
            '    url("{address}")\n'
            '    method("POST")\n'
            '    headers("Authorization: Bearer {token}", "Content-Type: application/json")\n'
            '    body("$(format-json --scope rfc5424 --scope nv-pairs --key ISODATE)\\n")\n'
            "    batch-lines(100) batch-timeout(2000)\n"
            "  );\n"
            "}};\n"
        ),
    ),
    "fluent-bit": (
        _("fluent-bit.conf"),
        (
            "[OUTPUT]\n"
            "    Name    http\n"
            "    Match   *\n"
            "    Host    {host}\n"
            "    URI     {path}\n"
            "    Format  json\n"
            "    Header  Authorization Bearer {token}\n"
        ),
    ),
    "otlp": (
        _("OpenTelemetry Collector"),
        (
            "exporters:\n"
            "  otlphttp/steady:\n"
            "    logs_endpoint: {address}\n"
            "    headers:\n"
            "      Authorization: Bearer {token}\n"
        ),
    ),
}


def snippet_for(kind: str, *, address: str, token: str) -> tuple[str, str]:
    """Where to write what."""
    title, text = SNIPPETS[kind]
    host, slash, path = address.partition("://")[2].partition("/")
    return str(title), text.format(address=address, host=host, path=slash + path, token=token)
