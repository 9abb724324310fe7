"""Why a known error is thought to be behind something, and what is in common, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

# What incidents may have in common.
FACTORS = {
    "host": _l("Component"),
    "cause": _l("Sort of change"),
    "hour": _l("Hour of the day"),
    "service": _l("Service"),
}


def reason_in_words(reason: Mapping[str, Any]) -> str:
    """One reason as a sentence."""
    shared = ", ".join(str(each) for each in reason.get("facts", {}).get("shared", ()))
    worded = {
        "fingerprint": _("One of its alerts was there before."),
        "component": _("It names the same component."),
        "service": _("It is the same service."),
        "words": _("Both speak of %(words)s…") % {"words": shared},
    }
    return str(worded.get(reason["name"], reason["name"]))
