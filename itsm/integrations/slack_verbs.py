"""What members of Slack do by buttons and by the slash command, told in a sentence each.

Everything is done as the person the member is here, by the same actions as everywhere else.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.actions import acknowledge, open_incident
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.approvals.actions import vote
from itsm.approvals.selectors import waiting_for
from itsm.core.errors import NotFound, Refused
from itsm.inventory.models import Service
from itsm.inventory.selectors import visible_services
from itsm.monitoring.actions import acknowledge as acknowledge_alert
from itsm.monitoring.selectors import visible_alerts
from itsm.people.models import User
from itsm.tickets.models import Channel
from itsm.tickets.priority import levels_for
from itsm.tickets.selectors import ticket_for

# The number of what is approved, and the hash of what was shown, where the button has it.
VALUE = re.compile(r"(?P<number>[A-Z]+-\d+)(?:[ :](?P<seen>[0-9a-f]{64}))?")
ALERT = re.compile(r"\d{1,18}")
PRIORITY = re.compile(r"[Pp]([1-5])")
LONGEST_TITLE = 250


def pressed(user: User | None, action: str, value: str) -> str | None:
    """What came of a press, as whoever pressed is told; None where the button is none of ours."""
    verb = PRESSES.get(action)
    if verb is None:
        return None
    return _told(user, verb, value)


def commanded(user: User | None, text: str) -> str:
    """What came of a slash command, as whoever gave it is told."""
    word, _blank, rest = text.strip().partition(" ")
    return _told(user, COMMANDS.get(word.lower(), _explain), rest.strip())


def _told(user: User | None, verb: Callable[[User, str], str], value: str) -> str:
    if user is None:
        return _("Nobody said who you are here: an administrator can, in the app's members.")
    try:
        return verb(user, value)
    except Refused as refusal:
        return str(refusal)


def _voting(word: str) -> Callable[[User, str], str]:
    def answer(user: User, value: str) -> str:
        named = VALUE.fullmatch(value)
        number, seen = (named["number"], named["seen"] or "") if named else (value[:40], "")
        told: dict[str, Any] = {"number": number}
        approval = waiting_for(user).filter(ticket__number=number).first() if named else None
        if approval is None:
            sentence = _("You are not asked about %(number)s, or have answered already.")
            return sentence % told
        comment = _("In Slack, %(day)s") % {"day": timezone.localdate().isoformat()}
        vote(approval=approval, actor=user, word=word, comment=comment, seen=seen)
        if word == "approved":
            return _("You approved %(number)s.") % told
        return _("You rejected %(number)s.") % told

    return answer


def _acknowledge(user: User, value: str) -> str:
    kind, _blank, rest = value.partition(" ")
    if kind.lower() == "alert":
        return _acknowledge_alert(user, rest.strip())
    number = value.strip().upper()
    if not VALUE.fullmatch(number):
        return _explain(user, value)
    incident = ticket_for(user, number, Incident)
    acknowledge(incident, actor=user)
    return _("You acknowledged %(number)s.") % {"number": number}


def _acknowledge_alert(user: User, value: str) -> str:
    found = visible_alerts(user).filter(pk=value) if ALERT.fullmatch(value) else None
    alert = found.first() if found is not None else None
    if alert is None:
        raise NotFound(_("There is no such alert."))
    acknowledge_alert(alert=alert, actor=user)
    return _("You acknowledged the alert %(title)s.") % {"title": alert.title[:LONGEST_TITLE]}


def _report(user: User, value: str) -> str:
    words = value.split()
    impact, urgency = None, None
    if words and (priority := PRIORITY.fullmatch(words[0])):
        impact, urgency = levels_for(int(priority[1]))
        words = words[1:]
    service = _service_in(user, words)
    incident = open_incident(
        report=Report(
            title=" ".join(words[1:] if service and len(words) > 1 else words),
            service=service,
            impact=impact,
            urgency=urgency,
            source=Channel.CHAT,
        ),
        actor=user,
    )
    told = {"number": incident.number, "priority": incident.priority}
    return _("You opened %(number)s, P%(priority)d.") % told


def _service_in(user: User, words: Sequence[str]) -> Service | None:
    """The service the first word names; other words only say what is wrong."""
    named = visible_services(user).filter(name__iexact=words[0][:120]) if words else None
    return named.first() if named is not None else None


def _explain(_user: User, _value: str) -> str:
    return _(
        "Say “new P2 checkout Payment page is slow” to open an incident, “ack INC-7” or "
        "“ack alert 7” to say that you are on it."
    )


PRESSES: dict[str, Callable[[User, str], str]] = {
    "change_approve": _voting("approved"),
    "change_reject": _voting("rejected"),
    "approval_approve": _voting("approved"),
    "approval_reject": _voting("rejected"),
    "incident_ack": _acknowledge,
    "alert_ack": _acknowledge_alert,
}
COMMANDS: dict[str, Callable[[User, str], str]] = {
    "new": _report,
    "open": _report,
    "ack": _acknowledge,
    "acknowledge": _acknowledge,
}
