"""Which role may do what, in words."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from itsm.people.models import User
from itsm.people.roles import CAPABILITIES, Role

ALWAYS = _("Report in the portal, follow, answer and reopen what is one's own")
WORDS: dict[str, Any] = {
    "tickets.view_all": _("See every ticket that is not confidential"),
    "tickets.view_confidential": _("See confidential tickets of every team"),
    "tickets.work": _("Answer and edit tickets"),
    "incidents.work": _("Assign, hold, resolve incidents"),
    "incidents.manage": _("Close and correct incidents of every team, override rules"),
    "changes.work": _("Plan, submit and carry out changes"),
    "changes.manage": _("Start changes against the plan, correct those of every team"),
    "problems.work": _("Find causes: open, assess and solve problems"),
    "problems.manage": _("Analyse again what was closed or canceled"),
    "runbooks.run": _("Begin, stop and answer runs of runbooks, press the kill switch"),
    "runbooks.manage": _("Write runbooks, give leave for runs, release the kill switch"),
    "requests.work": _("Work on service requests, order for others"),
    "requests.manage": _("Keep the catalogue: items, forms, steps and prices"),
    "knowledge.write": _("Write articles, publish those of the own teams for staff"),
    "knowledge.manage": _("Confirm, publish for staff and retire articles of every team"),
    "monitoring.work": _("Acknowledge alerts"),
    "monitoring.edit": _("Connect tools, give them tokens, replay what was refused"),
    "inventory.view": _("See components"),
    "inventory.edit": _("Edit and import services and components"),
    "automation.edit": _("Write rules and macros, switch them on and off"),
    "people.edit": _("Add people, form teams, give roles"),
    "config.edit": _("Change settings of the product, try deliveries again"),
    "audit.view": _("Read the audit"),
}


@dataclass(frozen=True)
class Held:
    """A role, and how many people have it."""

    label: str
    people: int
    address: str


def roles() -> list[Held]:
    """The roles in their order."""
    people = User.objects.filter(is_active=True, is_bot=False).order_by()
    counts = dict(people.values_list("role").annotate(Count("pk")))
    found = reverse("admin:people_user_changelist")
    return [
        Held(str(role.label), counts.get(role.value, 0), f"{found}?role__exact={role.value}")
        for role in Role
    ]


def matrix() -> list[tuple[str, list[bool]]]:
    """Each capability in words, and for each role whether it carries it."""
    known = [*WORDS, *sorted(set().union(*CAPABILITIES.values()) - WORDS.keys())]
    rows = [
        (str(WORDS.get(each, each)), [each in CAPABILITIES[role] for role in Role])
        for each in known
    ]
    return [(str(ALWAYS), [True] * len(Role)), *rows]
