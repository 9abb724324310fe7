"""The bell in the top bar, and the words of what was told."""

from typing import Any

from django import template
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from itsm.core.models import Event
from itsm.notifications.channels import channels
from itsm.notifications.models import Message
from itsm.notifications.selectors import MOST_UNREAD, Line, unread_count
from itsm.notifications.topics import INBOX, Why
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


@register.filter
def happening(event: Event) -> str:
    """What happened, as a sentence to whoever looks at the record."""
    return what_happened(event, Why.ENDPOINT)


@register.filter
def way(message: Message) -> str:
    """The name of the channel a message took."""
    if message.channel == INBOX:
        return _("Inbox")
    return str(channels[message.channel].title) if message.channel in channels else message.channel


@register.filter
def fate(message: Message) -> str:
    """How the sending of a message went, in a few words."""
    if message.because:
        return str(message.get_because_display())
    if message.status == Message.Status.QUEUED and message.due_at > timezone.now():
        at = timezone.localtime(message.due_at)
        return _("Waits until %(time)s") % {"time": f"{at:%H:%M}"}
    return str(message.get_status_display())
