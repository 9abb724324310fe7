"""How risky a change is, and why one is suspected, in the reader's words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from changes.risk import rating_of

MINUTES_OF_AN_HOUR = 60
MINUTES_OF_TWO_DAYS = 48 * 60
BAND_WORDS = {
    "low": _l("Low"),
    "moderate": _l("Moderate"),
    "high": _l("High"),
    "very_high": _l("Very high"),
}


def reason_in_words(reason: Mapping[str, Any]) -> str:
    """One reason to suspect a change, or not to, as a sentence."""
    facts = reason.get("facts", {})
    worded = {
        "during": _("It was being made when the incident began."),
        "time": _after(int(facts.get("minutes", 0))),
        "same_item": _("It changed a component of the incident."),
        "same_service": _("It changed the service of the incident."),
        "related_item": _("It changed a component that belongs to one of the incident."),
        "needed_service": _("It changed a service that this one needs."),
        "needing_service": _("It changed a service that needs this one."),
        "elsewhere": _("It changed a service that has nothing to do with this one."),
        "unconnected": _("Nothing but the time connects them."),
        "other_environment": _("It was made in another environment."),
        "outcome": _("It did not go well."),
        "labels": _("The alerts name it: %(names)s.") % {"names": _listed(facts, "named")},
        "held": _("Its alerts were held back while the change was made."),
        "burning": _("Its service uses up its error budget too fast."),
        "size": _size(int(facts.get("files", 0))),
        "risk": _("It was judged risky."),
        "words": _("Both speak of %(words)s.") % {"words": _listed(facts, "shared")},
    }
    return str(worded.get(reason["name"], reason["name"]))


RATINGS = {
    "low": _l("low"),
    "medium": _l("medium"),
    "high": _l("high"),
    "excellent": _l("excellent"),
}


def records_in_words(records: Mapping[str, float]) -> list[str]:
    """The track records of a template, a service and a team, each with its rating."""
    whose = {"template": _("Record of the template"), "service": _("Record of the service")}
    whose["team"] = _("Record of the team")
    return [
        f"{whose[name]}: {RATINGS[rating_of(record)]} ({record:+.1f})".replace("-", "−")
        for name, record in records.items()
        if name in whose
    ]


def _listed(facts: Mapping[str, Any], name: str) -> str:
    return ", ".join(str(each) for each in facts.get(name, ()))


def _after(minutes: int) -> str:
    if minutes < MINUTES_OF_AN_HOUR:
        told = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    elif minutes < MINUTES_OF_TWO_DAYS:
        hours = round(minutes / 60)
        told = ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    else:
        days = round(minutes / (24 * 60))
        told = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return _("The incident began %(time)s after it.") % {"time": told}


def _size(files: int) -> str:
    return ngettext("It touched %(n)d file.", "It touched %(n)d files.", files) % {"n": files}
