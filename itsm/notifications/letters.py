"""Putting into words what is told, in the language and time zone of who is told."""

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from itsm.notifications.channels import Button, Letter, Section
from itsm.notifications.models import Endpoint, Message, MessageTemplate
from itsm.notifications.placeholders import filled
from itsm.notifications.selectors import hears_buttons
from itsm.notifications.topics import OUTSIDERS, Why
from itsm.notifications.wording import what_happened_by
from itsm.people.middleware import zone_of
from itsm.people.models import User
from itsm.tickets.answers import where_to_answer
from itsm.tickets.desks import address_of, outside_address_of
from itsm.tickets.models import Comment, Priority, Ticket

LONGEST_SAID = 2000
PRIORITIES = dict(Priority.choices)


def letter_for(recipient: User, messages: Sequence[Message]) -> Letter:
    """What these messages say to their recipient, in one letter."""
    language = recipient.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone_of(recipient)):
        sections = tuple(section_of(each) for each in messages)
        return Letter(
            identity=identity_of(messages),
            subject=_subject(messages),
            sections=sections,
            language=language,
            thread=_thread(messages),
            choices_link=f"{settings.BASE_URL}/account/notifications/",
        )


def letter_for_room(messages: Sequence[Message]) -> Letter:
    """What these messages say to a room, in the language and zone of the installation."""
    with translation.override(settings.LANGUAGE_CODE), timezone.override(settings.TIME_ZONE):
        return Letter(
            identity=identity_of(messages),
            subject=_subject(messages),
            sections=tuple(section_of(each) for each in messages),
            language=settings.LANGUAGE_CODE,
        )


def hello_to(room: Endpoint) -> Letter:
    """What is said to see whether a room can hear us."""
    words = _("This room will be told of records.")
    section = Section(heading=_("Hello from Steady"), lead=words, link=settings.BASE_URL)
    stamp = f"{timezone.now():%Y%m%d%H%M%S%f}"
    return Letter(f"hello-{room.pk}-{stamp}", subject=_("Hello from Steady"), sections=(section,))


def identity_of(messages: Sequence[Message]) -> str:
    """The one name of a letter, the same when it has to be sent again."""
    first = messages[0]
    return f"digest-{first.bundle}" if len(messages) > 1 else f"message-{first.pk}"


def section_of(message: Message) -> Section:
    """One message in words: those of the administrator's template, or our own."""
    ticket = message.ticket
    template = _template_for(message)
    is_outside = message.why in OUTSIDERS
    number = f"{ticket.number} P{ticket.priority} " if ticket and message.endpoint_id else ""
    return Section(
        heading=f"{number}{heading_of(message)}",
        lead=filled(template.body, values_of(message))
        if template
        else f"{what_happened_by(message)}.",
        link=link_of(message),
        said="" if template else _said(message),
        facts=_facts(ticket)[bool(number) :] if ticket and not is_outside else (),
        why=_why(message),
        priority=ticket.priority if ticket and not is_outside else None,
        buttons=_buttons(message),
    )


def _buttons(message: Message) -> tuple[Button, ...]:
    """What may be pressed in a room: an answer bound to what was shown, or that one is on it."""
    event, ticket = message.event, message.ticket
    if not (message.endpoint_id and ticket and hears_buttons()):
        return ()
    if event.name.endswith(".approval_asked") and event.data.get("seen"):
        value = f"{ticket.number}:{event.data['seen']}"
        return (
            Button("approval_approve", value, _("Approve")),
            Button("approval_reject", value, _("Reject")),
        )
    if event.name == "incident.opened":
        return (Button("incident_ack", ticket.number, _("Acknowledge")),)
    return ()


def values_of(message: Message) -> dict[str, str]:
    """What the placeholders of a template stand for in this message."""
    ticket = message.ticket
    inside = None if message.why in OUTSIDERS else ticket
    return {
        "name": str(message.recipient or message.endpoint),
        "actor": str(message.event.actor or "Steady"),
        "what": what_happened_by(message),
        "said": _said(message),
        "why": _why(message),
        "number": ticket.number if ticket else "",
        "title": heading_of(message),
        "priority": f"P{inside.priority} {PRIORITIES[inside.priority]}" if inside else "",
        "status": str(ticket.get_phase_display()) if ticket else "",
        "service": str(ticket.service or "") if ticket else "",
        "team": str(inside.team or "") if inside else "",
        "assignee": str(inside.assignee or "") if inside else "",
        "link": link_of(message),
    }


def _template_for(message: Message) -> MessageTemplate | None:
    return MessageTemplate.objects.filter(
        topic=message.topic, channel=message.channel, language=translation.get_language()
    ).first()


def heading_of(message: Message) -> str:
    """The record a message is about; of an outage those outside know only the service."""
    if message.ticket and message.why in OUTSIDERS:
        return str(message.ticket.service or _("Trouble you told us of"))
    return " ".join(message.ticket.title.split()) if message.ticket else _("Your account")


def link_of(message: Message) -> str:
    """Where to look, or to answer; end users are led on to their own page of it."""
    if message.recipient and message.why == Why.APPROVER:
        address = where_to_answer(message.event, message.recipient) or "/approvals/"
    elif message.ticket and message.why in OUTSIDERS:
        address = outside_address_of(message.ticket)
    else:
        address = address_of(message.ticket) if message.ticket else "/account/"
    return f"{settings.BASE_URL}{address}"


def _subject(messages: Sequence[Message]) -> str:
    if len(messages) == 1:
        template = _template_for(messages[0])
        told = filled(template.subject, values_of(messages[0])) if template else ""
        return " ".join((told or messages[0].subject).split())
    count = len({each.ticket_id for each in messages})
    return ngettext("News of %(count)d record", "News of %(count)d records", count) % {
        "count": count
    }


def _thread(messages: Sequence[Message]) -> str:
    numbers = {each.ticket.number for each in messages if each.ticket}
    return f"record-{numbers.pop().lower()}" if len(numbers) == 1 else ""


def _facts(ticket: Ticket) -> tuple[tuple[str, str], ...]:
    told = [
        (_("Record"), ticket.number),
        (_("Priority"), f"P{ticket.priority} {PRIORITIES[ticket.priority]}"),
        (_("Status"), str(ticket.get_phase_display())),
        (_("Service"), str(ticket.service or "")),
        (_("Assignee"), str(ticket.assignee or "")),
    ]
    return tuple((label, value) for label, value in told if value)


def _said(message: Message) -> str:
    """What was said; whether the recipient may read it was asked before."""
    if message.event.name.endswith(".outage_updated"):
        return str(message.event.data.get("body", ""))
    if message.event.name.endswith(".notified"):
        return str(message.event.data.get("words", ""))
    comment = Comment.objects.filter(pk=message.event.data.get("comment")).first()
    if comment is None:
        return ""
    body = comment.body.strip()
    return body if len(body) <= LONGEST_SAID else f"{body[:LONGEST_SAID]}…"


def _why(message: Message) -> str:
    return {
        "caller": _("You are told because you reported it."),
        "assignee": _("You are told because it is assigned to you."),
        "team": _("You are told because it came to your team."),
        "watcher": _("You are told because you watch it."),
        "mentioned": _("You are told because somebody mentioned you."),
        "rule": _("You are told because a rule says so."),
        "owner": _("You are told because it is your account."),
        "hit": _("You are told because you said that it hits you too."),
        "follower": _("You are told because you follow the service."),
    }.get(message.why, "")
