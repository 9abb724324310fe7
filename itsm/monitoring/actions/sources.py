"""Setting up the tools that report to us."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from itsm.monitoring.actions.connecting import Toolbox
from itsm.monitoring.models import MonitoringSource
from itsm.monitoring.sources import sources
from itsm.people.models import User

HEARD_PRECISION = timedelta(minutes=1)
SOURCES = Toolbox(
    model=MonitoringSource,
    kinds=sources,
    rotated="source.token_rotated",
    bots="monitoring",
    usual=lambda kind: {"quiet_resolve_after": sources[kind].quiet_resolve_after},
)


def create_source(
    *, kind: str, name: str, actor: User | None, settings: Mapping[str, Any] | None = None
) -> tuple[MonitoringSource, str]:
    """Let a tool report to us; its token is returned this once."""
    return SOURCES.connect(kind=kind, name=name, actor=actor, settings=settings)


def set_up(
    *, source: MonitoringSource, actor: User | None, settings: Mapping[str, Any]
) -> MonitoringSource:
    """Change how a source is heard."""
    return SOURCES.set_up(tool=source, actor=actor, settings=settings)


def rotate_token(*, source: MonitoringSource, actor: User | None) -> str:
    """Give the source a new token, returned this once; the old one is worth nothing from now on."""
    return SOURCES.rotate(tool=source, actor=actor)


def note_heard(*, source: MonitoringSource, now: datetime) -> None:
    """Remember when the source was last heard of, to the minute."""
    since = now - HEARD_PRECISION
    if source.last_heard_at is None or source.last_heard_at < since:
        MonitoringSource.objects.filter(
            Q(last_heard_at=None) | Q(last_heard_at__lt=since), pk=source.pk
        ).update(last_heard_at=now)
