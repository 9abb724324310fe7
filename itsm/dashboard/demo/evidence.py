"""What the logs of the demo company said around its latest outages, and what follows from it."""

# ruff: noqa: E501 what programs wrote stands on one line

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from incidents.models import Incident
from itsm.evidence.actions import LOG_SOURCES, make_pack, take_in
from itsm.evidence.models import EvidencePack, LogSource

Step = tuple[datetime, Callable[[], object]]
SOURCE = "Syslog of the servers"


@dataclass(frozen=True)
class Said:
    """One line: how many seconds before the outage, who said it where, how bad it is, and what."""

    before: float
    host: str
    program: str
    level: str
    text: str
    service: str = ""


# By the outage they belong to, as it is titled.
LINES: dict[str, tuple[float, tuple[Said, ...]]] = {
    "mx-2 does not accept mail": (
        0.4,
        (
            *(Said(1800 - 60 * each, "mx-2", "postfix", "info", f"connect from unknown[203.0.113.{each}]") for each in range(1, 26)),
            *(Said(1790 - 70 * each, "ns-1", "named", "info", f"client query: mail{each}.example.test IN MX") for each in range(1, 22)),
            Said(170, "ns-1", "deploy", "notice", "deployed dns zones 2026.11 commit 4be1f09 by ci"),
            Said(150, "ns-1", "named", "err", "zone example.test/IN: loading from master file failed: unexpected end of input"),
            Said(148, "ns-1", "named", "err", "zone example.test/IN: not loaded due to errors."),
            *(Said(110 - 9 * each, "mx-2", "postfix", "err", f"fatal: lookup of relay-{each}.example.test failed at ns-1: Name or service not known") for each in range(12)),
            *(Said(60 - 11 * each, "idp-2", "oidc", "warning", f"upstream host sso-{each}.example.test not resolved by ns-1, trying again") for each in range(5)),
        ),
    ),
    "Heap of search-index-1 above 90 %": (
        11.0,
        (
            *(Said(1800 - 90 * each, "search-index-1", "elasticsearch", "info", f"[gc][young][{4000 + each}] duration [{60 + each}ms]") for each in range(1, 19)),
            Said(420, "search-index-1", "deploy", "notice", "deployed search facets 3.7.0 commit 90c2d1e by ci"),
            *(Said(390 - 30 * each, "search-index-1", "elasticsearch", "warning", f"[gc][old][{700 + each}] duration [{4 + each}.2s], heap [{88 + each}%]") for each in range(6)),
            *(Said(200 - 30 * each, "search-index-1", "elasticsearch", "err", f"CircuitBreakingException: [fielddata] data for [facet_article_{each}] would be larger than the limit") for each in range(6)),
        ),
    ),
}  # fmt: skip


def evidence(*, now: datetime) -> Iterator[Step]:
    """The lines as they were posted, and the look for the cause a while after."""
    for title, (hours, lines) in LINES.items():
        began = now - timedelta(hours=hours)
        for each in sorted(lines, key=lambda line: -line.before):
            at = began - timedelta(seconds=each.before)
            yield at, _posting(each, at)
        yield began + timedelta(minutes=13), _looking(title)


def _posting(said: Said, at: datetime) -> Callable[[], object]:
    record = {
        "MESSAGE": said.text,
        "PROGRAM": said.program,
        "HOST": said.host,
        "PRIORITY": said.level,
        "ISODATE": at.isoformat(),
    }
    body = json.dumps(record).encode()
    return lambda: take_in(source=_source(), body=body, now=timezone.now())


def _looking(title: str) -> Callable[[], object]:
    def look() -> None:
        incident = Incident.objects.filter(title=title).select_related("service").first()
        if incident is not None:
            make_pack(ticket=incident, why=EvidencePack.Why.LATER)

    return look


def _source() -> LogSource:
    known = LogSource.objects.filter(name=SOURCE).first()
    return known or LOG_SOURCES.connect(kind="syslog-ng", name=SOURCE, actor=None)[0]
