"""The bell in the top bar, and the sentences of the inbox."""

from typing import Any

from django import template
from django.utils.text import Truncator

from itsm.notifications.selectors import MOST_UNREAD, Line, unread_count
from itsm.notifications.wording import what_happened
from itsm.people.access import person_of
from itsm.tickets.templatetags.screens import capped

register = template.Library()
EXCERPT = 160


@register.inclusion_tag("notifications/_bell.html", takes_context=True)
def bell(context: dict[str, Any]) -> dict[str, Any]:
    """How many records have news for the reader."""
    request = context["request"]
    count = unread_count(person_of(request))
    return {
        "count": count,
        "shown": capped(count, MOST_UNREAD),
        "is_here": request.path == "/inbox/",
    }


@register.filter
def sentence(line: Line) -> str:
    """What happened, as a sentence to the reader."""
    return what_happened(line.event, line.why)


@register.filter
def excerpt(text: str) -> str:
    """The beginning of what somebody said, on one line."""
    return Truncator(" ".join(text.split())).chars(EXCERPT)
