"""Nagios and its kin, by a notification command that posts a form or JSON.

Two spellings are understood: the short one of our documented command (``notification_type``,
``host``, ``state``) and all macros by their own names (``NOTIFICATIONTYPE``, ``HOSTNAME``).
"""

from datetime import timedelta
from typing import Any, ClassVar

from itsm.monitoring.payload import Part, fingerprint_of, title_of
from itsm.monitoring.severities import CRITICAL, WARNING
from itsm.monitoring.sources import (
    ACKNOWLEDGED,
    FIRING,
    RESOLVED,
    Malformed,
    Reading,
    Signal,
    sources,
)

SEVERITY_OF = {
    "WARNING": WARNING,
    "UNKNOWN": WARNING,
    "CRITICAL": CRITICAL,
    "DOWN": CRITICAL,
    "UNREACHABLE": CRITICAL,
}
GOOD = ("OK", "UP")
STATES = (*SEVERITY_OF, *GOOD)
# Notifications about the notifying itself: nothing begins or ends with them.
SILENT = ("FLAPPING", "DOWNTIME")


@sources.add("nagios")
class Nagios:
    """A Nagios, Icinga 1 or Naemon core."""

    quiet_resolve_after: ClassVar[timedelta | None] = None

    def parse(self, payload: Any, *, reading: Reading) -> list[Signal]:
        notice = Part(payload)
        kind = notice.first("notification_type", "NOTIFICATIONTYPE").text().upper()
        if kind.startswith(SILENT):
            return []
        return [_signal(notice, kind, reading)]


def _signal(notice: Part, kind: str, reading: Reading) -> Signal:
    host = _required(notice, "host", "HOSTNAME")
    service = notice.first("service", "SERVICEDESC").text()
    state = _state(notice, is_service=bool(service))
    said_at = notice.first("timestamp", "TIMET").instant()
    is_over = state in GOOD
    output = notice.first("output", "SERVICEOUTPUT" if service else "HOSTOUTPUT").text()
    more = notice.first("long_output", "LONGSERVICEOUTPUT" if service else "LONGHOSTOUTPUT").text()
    status = ACKNOWLEDGED if kind == "ACKNOWLEDGEMENT" else FIRING
    severity = SEVERITY_OF.get(state, WARNING)
    return Signal(
        fingerprint=fingerprint_of(host, service),
        status=RESOLVED if is_over else status,
        severity=reading.severity(state, otherwise=severity) if not is_over else severity,
        title=title_of(
            f"{service} on {host}: {output}" if service else f"{host} is {state}: {output}"
        ),
        # Nagios writes the line breaks of long output as a backslash and an n.
        description="\n".join(filter(None, (output, more.replace("\\n", "\n")))),
        service=service,
        component=host,
        labels=notice.texts(),
        links=_links(notice),
        starts_at=None if is_over else said_at,
        ends_at=said_at if is_over else None,
        said_at=said_at,
        actor=notice.first(
            "author", "NOTIFICATIONAUTHOR", "SERVICEACKAUTHOR", "HOSTACKAUTHOR"
        ).text(),
        comment=notice.first(
            "comment", "NOTIFICATIONCOMMENT", "SERVICEACKCOMMENT", "HOSTACKCOMMENT"
        ).text(),
    )


def _state(notice: Part, *, is_service: bool) -> str:
    part = notice.first("state", "SERVICESTATE" if is_service else "HOSTSTATE")
    state = part.text().strip().upper()
    if state not in STATES:
        raise Malformed(f"Expected a state such as {', '.join(STATES)}.", path=part.path)
    return state


def _required(notice: Part, *names: str) -> str:
    part = notice.first(*names)
    if not part.text().strip():
        raise Malformed("This field is missing.", path=part.path)
    return part.text()


def _links(notice: Part) -> dict[str, str]:
    runbook = notice.first(
        "_SERVICERUNBOOK", "_HOSTRUNBOOK", "SERVICENOTESURL", "HOSTNOTESURL"
    ).text()
    return {"runbook": runbook} if runbook.startswith(("http://", "https://")) else {}
