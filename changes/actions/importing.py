"""Taking freezes and maintenance windows in from another calendar, each known again by its UID."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from changes import ical
from changes.agenda import window_known_as
from changes.models import Window, WindowSort
from itsm.core import configuration
from itsm.core.errors import NotAllowed
from itsm.people.models import User

ADDED, CHANGED, UNCHANGED, ENDED, LEFT_OUT = "added", "changed", "unchanged", "ended", "left_out"


@dataclass(frozen=True)
class Line:
    """What became, or would become, of one event."""

    name: str
    outcome: str
    why: str = ""


@transaction.atomic
def import_windows(
    *, text: str, sort: str, zone: str, actor: User, dry_run: bool
) -> Sequence[Line]:
    """Add and change windows as a calendar says; what it cancels is in use no more.

    ``sort`` is what events are that do not say so by a category, ``zone`` where their times are.
    """
    if not actor.has_perm("config.edit"):
        raise NotAllowed(_("Only administrators take calendars in."))
    lines: list[Line] = []
    seen: set[str] = set()
    for event in ical.read(text, zone=zone):
        if event.uid in seen and not event.wrong:
            lines.append(Line(event.name, LEFT_OUT, _("Its UID is there twice.")))
            continue
        seen.add(event.uid)
        lines.append(_taken(event, sort, actor))
    if dry_run:
        transaction.set_rollback(True)
    return lines


def _taken(event: ical.Read, sort: str, actor: User) -> Line:
    if event.wrong or event.span is None:
        return Line(event.name, LEFT_OUT, event.wrong)
    if ical.CHANGE in event.categories:
        return Line(event.name, LEFT_OUT, _("It is a change, not a freeze or a window."))
    known = window_known_as(event.uid).select_for_update().first()
    if event.is_canceled:
        return _ended(event, known, actor)
    columns = {
        "sort": _sort_of(event, sort),
        "name": event.name,
        "reason": event.reason,
        "starts_at": event.span.start,
        "ends_at": event.span.end,
        "repeats": event.repeats,
        "left_out": event.left_out,
        "added": event.added,
        "time_zone": event.zone,
        "is_active": True,
    }
    return _written(known, columns, event, actor)


def _written(known: Window | None, columns: dict[str, Any], event: ical.Read, actor: User) -> Line:
    before = configuration.picture_of(known) if known else {}
    window = known or Window(uid=event.uid)
    if known and all(getattr(known, name) == value for name, value in columns.items()):
        return Line(event.name, UNCHANGED)
    for name, value in columns.items():
        setattr(window, name, value)
    try:
        window.full_clean()
    except ValidationError as refusal:
        return Line(event.name, LEFT_OUT, " ".join(refusal.messages))
    window.save()
    if known is None:
        configuration.note_addition(window, actor=actor)
        return Line(event.name, ADDED)
    configuration.note_change(window, before=before, actor=actor)
    return Line(event.name, CHANGED)


def _ended(event: ical.Read, known: Window | None, actor: User) -> Line:
    if known is None or not known.is_active:
        return Line(event.name, UNCHANGED)
    before = configuration.picture_of(known)
    known.is_active = False
    known.save(update_fields=["is_active", "updated_at"])
    configuration.note_change(known, before=before, actor=actor)
    return Line(event.name, ENDED)


def _sort_of(event: ical.Read, sort: str) -> str:
    said = [each.value for each in WindowSort if each.value.upper() in event.categories]
    return said[0] if said else sort
