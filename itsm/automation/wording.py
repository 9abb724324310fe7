"""What happened, what is asked and what is done, in the words people read instead of the names."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from itsm.core.facts import facts
from itsm.core.verbs import verbs
from itsm.tickets.desks import desks
from itsm.tickets.workflow import workflows

# What events are about, beside the kinds of tickets.
NOUNS: Mapping[str, Any] = {
    "alert": _l("alert"),
    "service": _l("service"),
    "deployment": _l("deployment"),
    "run": _l("run"),
    "approval": _l("approval"),
    "breaker": _l("breaker"),
    "kill_switch": _l("kill switch"),
    "silence": _l("silence"),
    "team": _l("team"),
    "user": _l("user"),
}
# They follow a noun: “Incident opened”.
PAST: Mapping[str, Any] = {
    "*": pgettext_lazy("after a noun", "whatever happens"),
    "opened": pgettext_lazy("after a noun", "opened"),
    "edited": pgettext_lazy("after a noun", "edited"),
    "acknowledged": pgettext_lazy("after a noun", "acknowledged"),
    "assigned": pgettext_lazy("after a noun", "assigned"),
    "unassigned": pgettext_lazy("after a noun", "taken from whoever had it"),
    "started": pgettext_lazy("after a noun", "begun"),
    "paused": pgettext_lazy("after a noun", "put on hold"),
    "resumed": pgettext_lazy("after a noun", "resumed"),
    "resolved": pgettext_lazy("after a noun", "resolved"),
    "reopened": pgettext_lazy("after a noun", "reopened"),
    "closed": pgettext_lazy("after a noun", "closed"),
    "canceled": pgettext_lazy("after a noun", "canceled"),
    "commented": pgettext_lazy("after a noun", "replied to"),
    "noted": pgettext_lazy("after a noun", "given a work note"),
    "mentioned": pgettext_lazy("after a noun", "mentioned to somebody"),
    "raised": pgettext_lazy("after a noun", "raised in priority"),
    "lowered": pgettext_lazy("after a noun", "lowered in priority"),
    "priority_overridden": pgettext_lazy("after a noun", "given a priority by hand"),
    "linked": pgettext_lazy("after a noun", "linked"),
    "unlinked": pgettext_lazy("after a noun", "no longer linked"),
    "file_attached": pgettext_lazy("after a noun", "given a file"),
    "alerts_joined": pgettext_lazy("after a noun", "joined by alerts"),
    "outage_updated": pgettext_lazy("after a noun", "told to everybody"),
    "rated": pgettext_lazy("after a noun", "rated by who called"),
    "submitted": pgettext_lazy("after a noun", "submitted"),
    "endorsed": pgettext_lazy("after a noun", "endorsed"),
    "assessed": pgettext_lazy("after a noun", "assessed"),
    "authorized": pgettext_lazy("after a noun", "authorised"),
    "approved": pgettext_lazy("after a noun", "approved"),
    "rejected": pgettext_lazy("after a noun", "rejected"),
    "revised": pgettext_lazy("after a noun", "revised"),
    "completed": pgettext_lazy("after a noun", "completed"),
    "lapsed": pgettext_lazy("after a noun", "lapsed"),
    "bypassed": pgettext_lazy("after a noun", "made without leave"),
    "deployed": pgettext_lazy("after a noun", "deployed"),
    "fulfilled": pgettext_lazy("after a noun", "fulfilled"),
    "failed": pgettext_lazy("after a noun", "failed"),
    "finished": pgettext_lazy("after a noun", "over"),
    "verified": pgettext_lazy("after a noun", "verified"),
    "escalated": pgettext_lazy("after a noun", "escalated"),
    "fired": pgettext_lazy("after a noun", "fired"),
    "cleared": pgettext_lazy("after a noun", "cleared"),
    "expired": pgettext_lazy("after a noun", "expired"),
    "suppressed": pgettext_lazy("after a noun", "held back"),
    "discovered": pgettext_lazy("after a noun", "discovered"),
    "added": pgettext_lazy("after a noun", "added"),
    "changed": pgettext_lazy("after a noun", "changed"),
    "removed": pgettext_lazy("after a noun", "removed"),
    "recurred": pgettext_lazy("after a noun", "there again"),
    "confirmed": pgettext_lazy("after a noun", "confirmed"),
    "duplicated": pgettext_lazy("after a noun", "duplicated"),
    "unpublished": pgettext_lazy("after a noun", "unpublished"),
    "reviewed": pgettext_lazy("after a noun", "reviewed"),
    "continued": pgettext_lazy("after a noun", "continued"),
    "abandoned": pgettext_lazy("after a noun", "abandoned"),
    "accepted": pgettext_lazy("after a noun", "accepted"),
    "settled": pgettext_lazy("after a noun", "settled"),
    "skipped": pgettext_lazy("after a noun", "skipped"),
    "repaired": pgettext_lazy("after a noun", "repaired"),
    "extended": pgettext_lazy("after a noun", "extended"),
    "risk_expired": pgettext_lazy("after a noun", "past the end of its accepted risk"),
    "risk_proposed": pgettext_lazy("after a noun", "proposed to be left as it is"),
    "risk_accepted": pgettext_lazy("after a noun", "accepted as it is"),
    "fix_started": pgettext_lazy("after a noun", "being fixed"),
    "cause_published": pgettext_lazy("after a noun", "given a published cause"),
    "workaround_published": pgettext_lazy("after a noun", "given a published workaround"),
    "reanalyzed": pgettext_lazy("after a noun", "analysed anew"),
    "drifted": pgettext_lazy("after a noun", "no longer what was agreed to"),
    "leave_requested": pgettext_lazy("after a noun", "waiting for approval"),
    "released": pgettext_lazy("after a noun", "let go on"),
    "run_proposed": pgettext_lazy("after a noun", "given a proposed run"),
    "run_started": pgettext_lazy("after a noun", "worked on by a runbook"),
    "run_verified": pgettext_lazy("after a noun", "healed by a runbook"),
    "run_failed": pgettext_lazy("after a noun", "not healed by a runbook"),
    "run_escalated": pgettext_lazy("after a noun", "passed on by a runbook that did not help"),
}
# What can happen to every kind beside its transitions.
TO_ALL = ("edited", "commented", "noted", "linked", "file_attached", "run_verified", "run_failed")
OF_OTHERS = (
    *("alert.fired", "alert.escalated", "alert.cleared", "incident.alerts_joined"),
    *("incident.raised", "deployment.started", "deployment.finished", "run.failed"),
    *("breaker.opened", "service.discovered"),
)


def event_words(name: str) -> str:
    """An event as people say it, such as “Incident opened” for ``incident.opened``."""
    noun, _dot, verb = name.partition(".")
    told = {"noun": noun_words(noun), "verb": PAST.get(verb) or verb.replace("_", " ")}
    return str(capfirst(_("%(noun)s %(verb)s") % told))


def events_there_are() -> list[tuple[str, list[tuple[str, str]]]]:
    """The names of the usual events with their words, those of each kind under its name."""
    names = [
        name
        for kind, desk in desks.items()
        if desk.is_in_nav
        for name in (
            f"{kind}.opened",
            f"{kind}.*",
            *(each.event for each in workflows[kind].transitions.values()),
            *(f"{kind}.{verb}" for verb in TO_ALL),
        )
    ]
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in filter(None, dict.fromkeys((*names, *OF_OTHERS))):
        noun = each.partition(".")[0]
        groups.setdefault(noun, []).append((each, event_words(each)))
    return [(str(capfirst(noun_words(noun))), found) for noun, found in groups.items()]


def fact_words(name: str) -> str:
    """What a condition asks for, as the editor calls it."""
    return str(facts[name].label) if name in facts else name


def value_words(name: str, value: Any) -> str:
    """What it is compared with, or was seen to be, as people read it."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(value_words(name, each) for each in value)
    return str(choices_of(name).get(str(value), value))


@cache
def choices_of(name: str) -> Mapping[str, Any]:
    """The words of all values a fact can have, by the values as they are kept; none if it is free.

    Of a column of records they are what any kind knows.
    """
    known = facts[name].choices if name in facts else ()
    if known or not name.startswith("record."):
        return {str(value): label for value, label in known}
    if name == "record.kind":
        return {kind: desk.noun for kind, desk in desks.items()}
    if name == "record.state":
        states = (each for flow in workflows.values() for each in flow.states.items())
        return {state: facts_of.label for state, facts_of in states}
    columns = (each for desk in desks.values() for each in desk.model._meta.fields)
    return {
        str(value): label
        for each in columns
        if f"record.{each.name}" == name
        for value, label in each.flatchoices
        if value != ""
    }


def verb_words(name: str) -> str:
    """What a step does, as the editor calls it."""
    return str(verbs[name].label) if name in verbs else name


def noun_words(name: str) -> str:
    """What an event or a rule is about, as people call it."""
    if name in desks:
        return str(desks[name].noun)
    return str(NOUNS.get(name) or name.replace("_", " "))
