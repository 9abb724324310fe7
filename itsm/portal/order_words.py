"""How service requests are called in the portal, state by state."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _l

OWN_VERBS = ("confirm", "cancel", "extend")
STAGES: Sequence[tuple[str, Any]] = (
    ("ordered", _l("Ordered")),
    ("approval", _l("Approval")),
    ("work", _l("We are on it")),
    ("ready", _l("Ready")),
    ("done", _l("Done")),
)
AT = {
    "draft": "ordered",
    "submitted": "ordered",
    "awaiting_approval": "approval",
    "approved": "work",
    "fulfilling": "work",
    "failed": "work",
    "pending": "work",
    "fulfilled": "ready",
    "closed_complete": "done",
}
WORDS = {
    "draft": _l("Not sent yet"),
    "submitted": _l("Ordered"),
    "awaiting_approval": _l("Waiting for approval"),
    "approved": _l("We are on it"),
    "fulfilling": _l("We are on it"),
    "failed": _l("We are on it"),
    "pending": _l("Waiting"),
    "fulfilled": _l("Ready"),
    "closed_complete": _l("Done"),
    "closed_incomplete": _l("Could not be completed"),
    "closed_skipped": _l("Was not needed"),
    "rejected": _l("Not approved"),
    "canceled": _l("Withdrawn"),
}
BEING_UNDONE = _l("Being taken back")


def words_of_request(state: str, undoing: str = "") -> Any:
    """How a request stands."""
    return BEING_UNDONE if undoing else WORDS[state]
