"""The small parts of the staff's overviews, in Python because pages show many of them."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from itsm.core.markup import escape, marked_safe
from itsm.dashboard.selectors.health import Health
from itsm.dashboard.selectors.service import Line
from itsm.monitoring.models import Alert
from itsm.tickets.desks import address_of
from itsm.tickets.models import OPEN_PHASES, Ticket
from itsm.tickets.templatetags.screens import ago, avatar, capped, priority_badge, state_badge

register = template.Library()


@register.filter
def at(things: Mapping[Any, Any], key: Any) -> Any:
    """What stands under this key; nothing when nothing does."""
    return things.get(key, "")


@register.filter
def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


@register.filter
def marked(text: str, wanted: Sequence[str]) -> SafeString:
    """The text with every word that begins with one of those wanted marked."""
    if not wanted:
        return marked_safe(escape(text))
    pieces = _beginnings(tuple(wanted)).split(text)
    told = [
        f"<mark>{escape(piece)}</mark>" if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    ]
    return marked_safe("".join(told))


@lru_cache(maxsize=100)
def _beginnings(wanted: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b((?:{})\w*)".format("|".join(map(re.escape, wanted))), re.IGNORECASE)


@register.filter
def found_row(ticket: Ticket) -> SafeString:
    """One line of the list over all kinds of records."""
    number, over = escape(ticket.number), "" if ticket.phase in OPEN_PHASES else " is-over"
    return marked_safe(
        f'<li class="row{over}" id="{number}" data-number="{number}"'
        f' data-version="{ticket.version}">{priority_badge(ticket)}'
        f'<span class="number">{number}</span><span class="what"><a class="title clip"'
        f' href="{escape(address_of(ticket))}">{escape(ticket.title)}</a></span>'
        f'<span class="service clip">{escape(ticket.service or "")}</span>'
        f'<span class="state">{state_badge(ticket)}</span>'
        f'<span class="who">{avatar(ticket.assignee)}'
        f'<span class="clip">{escape(ticket.assignee or _("Nobody"))}</span></span>'
        f"{ago(ticket.opened_at)}</li>"
    )


SEVERITY_MARKS = {"critical": "is-p1", "high": "is-p2", "warning": "is-p3", "info": "is-new"}


@register.filter
def severity_mark(alert: Alert) -> str:
    """The class of the colour an alert's severity is shown in."""
    return SEVERITY_MARKS.get(alert.severity, "")


@register.filter
def service_row(line: Line) -> SafeString:
    """A service in the list of all."""
    service, health = line.service, line.health
    place = escape(quote(service.name, safe=""))
    standing = STANDINGS.get(service.status)
    tag = f'<span class="tag">{escape(standing)}</span>' if standing else ""
    tier = escape(_("Tier %(tier)s") % {"tier": service.tier})
    firing = ngettext("alert", "alerts", line.firing)
    return marked_safe(
        f'<li class="service-row"><span class="dot {health.mark}" aria-hidden="true"></span>'
        f'<span class="what"><a class="title clip" href="{escape(_service(service.name))}">'
        f"{escape(service)}</a>{tag}</span>"
        f'<span class="state">{health_badge(health)}</span><span class="tier muted">{tier}</span>'
        f'<span class="owner muted clip">{escape(service.owner_team or _("No owner"))}</span>'
        f"{_figure(line.open, f'/search/?service={place}&amp;view=open', _('open'))}"
        f"{_figure(line.firing, f'/alerts/?service={place}', firing)}</li>"
    )


STANDINGS = {"discovered": _l("Discovered"), "implementation": _l("Being built")}


def _figure(count: int, address: str, words: str) -> str:
    if not count:
        return '<span class="figure"><span class="muted">0</span></span>'
    told = f'{capped(count)}<span class="word"> {escape(words)}</span>'
    return f'<span class="figure"><a href="{address}">{told}</a></span>'


@lru_cache(maxsize=2000)
def _service(name: str) -> str:
    """The address of a service's page, which is dear to put together."""
    return reverse("service", args=[name])


@register.filter
def health_line(health: Health) -> SafeString:
    """How a service is, in one line."""
    address = _service(health.service.name)
    return marked_safe(
        f'<li><span class="dot {health.mark}" aria-hidden="true"></span>'
        f'<a class="clip" href="{escape(address)}">{escape(health.service)}</a>'
        f'<span class="end">{health_badge(health)}</span></li>'
    )


@register.filter
def health_badge(health: Health) -> SafeString:
    """How a service is, in a word and never in colour alone."""
    if health.is_well and not health.priority:
        return marked_safe(f'<span class="muted small">{escape(_("Healthy"))}</span>')
    priority, because = health.priority, health.because
    badges = []
    if priority:
        badges.append(f'<span class="badge is-priority is-p{priority}">P{priority}</span>')
    if because:
        words = _("Impaired by %(name)s") % {"name": ", ".join(map(str, because[:2]))}
        badges.append(f'<span class="impaired clip">{escape(words)}</span>')
    else:
        badges.append(f'<span class="muted small">{escape(_("open"))}</span>')
    return marked_safe(" ".join(badges))
