"""Setting up the tools that report to us."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from itsm.core import configuration, events
from itsm.core.errors import Invalid, NotAllowed
from itsm.monitoring.models import MonitoringSource
from itsm.monitoring.selectors import free_address
from itsm.monitoring.severities import SEVERITIES
from itsm.monitoring.sources import sources
from itsm.people import tokens
from itsm.people.actions import make_bot
from itsm.people.models import User

HEARD_PRECISION = timedelta(minutes=1)


@transaction.atomic
def create_source(
    *, kind: str, name: str, actor: User | None, settings: Mapping[str, Any] | None = None
) -> tuple[MonitoringSource, str]:
    """Let a tool report to us; its token is returned this once."""
    _check_right(actor)
    if kind not in sources:
        raise Invalid(_("Choose one of: %(kinds)s.") % {"kinds": ", ".join(sources)}, field="kind")
    name = name.strip()[:80]
    if not name:
        raise Invalid(_("Give the source a name."), field="name")
    if MonitoringSource.objects.filter(name=name).exists():
        raise Invalid(_("There is a source of this name already."), field="name")
    slug = free_address(name)
    plain = tokens.new_token()
    source = MonitoringSource(
        name=name,
        slug=slug,
        kind=kind,
        bot=make_bot(username=_free_username(slug), name=name),
        token_hash=tokens.digest(plain),
        quiet_resolve_after=sources[kind].quiet_resolve_after,
    )
    _apply(source, settings or {})
    source.save()
    configuration.note_addition(source, actor=actor, kind=kind, slug=slug)
    return source, plain


@transaction.atomic
def set_up(
    *, source: MonitoringSource, actor: User | None, settings: Mapping[str, Any]
) -> MonitoringSource:
    """Change how a source is heard."""
    _check_right(actor)
    before = configuration.picture_of(MonitoringSource.objects.get(pk=source.pk))
    _apply(source, settings)
    source.save()
    configuration.note_change(source, before=before, actor=actor)
    return source


@transaction.atomic
def rotate_token(*, source: MonitoringSource, actor: User | None) -> str:
    """Give the source a new token, returned this once; the old one is worth nothing from now on."""
    _check_right(actor)
    plain = tokens.new_token()
    source.token_hash = tokens.digest(plain)
    source.save(update_fields=["token_hash"])
    events.publish("source.token_rotated", source, actor=actor)
    return plain


def note_heard(*, source: MonitoringSource, now: datetime) -> None:
    """Remember when the source was last heard of, to the minute."""
    since = now - HEARD_PRECISION
    if source.last_heard_at is None or source.last_heard_at < since:
        MonitoringSource.objects.filter(
            Q(last_heard_at=None) | Q(last_heard_at__lt=since), pk=source.pk
        ).update(last_heard_at=now)


def _check_right(actor: User | None) -> None:
    # Nobody is the operator at the machine's own command line.
    if actor is not None and not actor.has_perm("monitoring.edit"):
        raise NotAllowed(_("You may not change monitoring sources."))


def _apply(source: MonitoringSource, settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        setattr(source, name, value)
    severity_map = source.severity_map
    if not isinstance(severity_map, dict) or not set(severity_map.values()) <= set(SEVERITIES):
        raise Invalid(
            _("Translate each word to one of: %(words)s.") % {"words": ", ".join(SEVERITIES)},
            field="severity_map",
        )


def _free_username(slug: str) -> str:
    stem = f"monitoring-{slug}"
    taken = set(User.objects.filter(username__istartswith=stem).values_list("username", flat=True))
    return next(each for each in _numbered(stem) if each not in taken)


def _numbered(stem: str) -> "list[str]":
    return [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
