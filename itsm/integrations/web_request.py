"""Runs a step by an HTTP request, signed the way of Standard Webhooks where it has a secret."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation.executors import (
    Outcome,
    Plan,
    Say,
    Work,
    executors,
    failed,
    succeeded,
    unknown,
)
from itsm.automation.filling import as_text, filled, names_in
from itsm.core import http
from itsm.core.errors import Invalid
from itsm.core.fields import Choice, Field, Line, Mapped, Number

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MOST_READ = 256 * 1024
# The answer of a gateway that does not know what became of it behind.
NOBODY_KNOWS = (408, 502, 504)


class WebRequest:
    """Calls an address; what a run is told goes into the body, or quoted into the path."""

    fields: tuple[Field, ...] = (
        Choice(name="method", choices=[(each, each) for each in METHODS]),
        Line(name="address", label=_l("Address"), required=True, max_length=1000),
        Mapped(name="body", label=_l("Body")),
        Line(name="sign_with", label=_l("Secret it is signed with"), max_length=60),
        Line(name="bearer", label=_l("Secret that opens the door"), max_length=60),
        Number(name="expect", label=_l("Status that is a success"), least=200, most=399),
    )
    # What a run is told is put into the address quoted, which the house must not do before.
    own_filling = ("address",)

    def check(self, settings: Mapping[str, Any]) -> None:
        """The host is fixed: nothing a run is told decides whom we call."""
        parts = urlsplit(settings["address"])
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise Invalid(_("Give an address that begins with https://."), field="address")
        if names_in(f"{parts.scheme}{parts.netloc}"):
            raise Invalid(_("Nothing a run is told may stand in the host."), field="address")

    def plan(self, _work: Work) -> Plan | None:
        """It cannot tell beforehand."""
        return None

    def run(self, work: Work, say: Say) -> Outcome:
        """Call once; what may have arrived and was not answered is unknown."""
        settings = work.settings
        quoted = {name: quote(as_text(each), safe="") for name, each in work.parameters.items()}
        address = str(filled(settings["address"], quoted))
        method = settings.get("method") or "POST"
        body = b"" if method == "GET" else json.dumps(settings.get("body", {})).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": work.key}
        if name := settings.get("sign_with"):
            headers |= signature(work.secrets[name], identity=work.key, body=body)
        if name := settings.get("bearer"):
            headers["Authorization"] = f"Bearer {work.secrets[name]}"
        say(f"{method} {address}")
        try:
            answer = http.call(
                method, address, content=body or None, headers=headers, max_bytes=MOST_READ
            )
        except http.Unreachable as error:
            return unknown(str(error)) if error.was_sent else failed(str(error))
        say(f"{answer.status_code} {answer.text[:2000]}")
        return _judged(answer.status_code, settings.get("expect"))


def signature(secret: str, *, identity: str, body: bytes) -> dict[str, str]:
    """The headers that prove who sent a body, and when."""
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else None
    now = str(int(time.time()))
    signed = b".".join((identity.encode(), now.encode(), body))
    digest = hmac.digest(key or secret.encode(), signed, hashlib.sha256)
    return {
        "webhook-id": identity,
        "webhook-timestamp": now,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _judged(status: int, expected: int | None) -> Outcome:
    if status in NOBODY_KNOWS:
        return unknown(_("It answered %(status)d.") % {"status": status}, status=status)
    is_good = status == expected if expected else 200 <= status < 300
    if is_good:
        return succeeded(status=status)
    return failed(_("It answered %(status)d.") % {"status": status}, status=status)


executors.add("http")(WebRequest())
