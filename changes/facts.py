"""What conditions may ask of changes, and of when nothing may change."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _l

from changes.conflicts import Pane
from changes.models import ChangeType, Environment
from changes.surroundings import panes
from changes.windows import Span
from changes.wording import BAND_WORDS
from itsm.core.facts import FLAG, Situation, fact
from itsm.inventory.models import Service

MOMENT = timedelta(seconds=1)


@fact("calendar.freeze", label=_l("Changes to its service are frozen"), sort=FLAG)
def freeze(situation: Situation) -> Any:
    """Whether a freeze holds now for the service of the record, or for everything."""
    service = situation.ticket.service if situation.ticket else None
    span = Span(situation.at, situation.at + MOMENT)
    return any(each.is_freeze and each.spans and _is_about(each, service) for each in panes(span))


def _is_about(pane: Pane, service: Service | None) -> bool:
    if pane.items or pane.environment not in ("", "production"):
        return False
    if service is None:
        return not pane.services and pane.tier is None
    of_tier = pane.tier is None or pane.tier >= service.tier
    return of_tier and (not pane.services or service.pk in pane.services)


@fact("change.type", label=_l("Type of the change"), choices=ChangeType.choices)
def change_type(situation: Situation) -> Any:
    """The type of the change."""
    return getattr(situation.ticket, "type", None)


@fact("change.risk", label=_l("Risk of the change"), choices=tuple(BAND_WORDS.items()))
def risk(situation: Situation) -> Any:
    """How risky the change was judged."""
    return getattr(situation.ticket, "risk_band", None)


@fact("change.environment", label=_l("Environment of the change"), choices=Environment.choices)
def environment(situation: Situation) -> Any:
    """Where the change is made."""
    return getattr(situation.ticket, "environment", None)
