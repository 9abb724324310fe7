"""What happened to an article, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.models import Event
from knowledge.models import Stale

SENTENCES = {
    "drafted": _l("began version %(version)s"),
    "edited": _l("saved version %(version)s"),
    "discarded": _l("threw the draft of version %(version)s away"),
    "submitted": _l("submitted version %(version)s for review"),
    "recalled": _l("took version %(version)s back"),
    "rejected": _l("did not agree to version %(version)s"),
    "scheduled": _l("agreed to version %(version)s, to be published later"),
    "published": _l("published version %(version)s"),
    "outdated": _l("took version %(version)s out of its readers' sight"),
    "questioned": _l("has to be looked at again: %(why)s"),
    "confirmed": _l("says that version %(version)s still holds"),
    "retirement_requested": _l("asked to retire version %(version)s"),
    "retirement_rejected": _l("did not agree to retire version %(version)s"),
    "retired": _l("retired version %(version)s"),
    "used": _l("linked it with a record"),
    "rated": _l("said whether it helped"),
    "image_added": _l("added pictures"),
    "reclassified": _l("changed what it belongs to"),
    "imported": _l("took it in from a folder"),
}


def sentence_of(event: Event) -> str:
    """What somebody did, to stand behind the name."""
    word = event.name.partition(".")[2]
    because = event.data.get("because", "")
    said = {
        "version": event.data.get("version", ""),
        "why": Stale(because).label if because in Stale.values else "",
    }
    return str(SENTENCES[word] % said) if word in SENTENCES else _("changed it")
