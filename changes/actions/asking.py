"""Asking for leave to make a change."""

from typing import Any

from django.utils.translation import gettext_lazy as _l

from changes.models import Change
from changes.selectors import failed_evidence
from itsm.approvals.actions import Question, ask
from itsm.approvals.models import Approval
from itsm.approvals.tables import tables
from itsm.people.models import User

tables.add("assess")(_l("Change: assessing it"))
tables.add("authorize")(_l("Change: carrying it out"))
FROZEN = (
    "type", "category", "environment", "risk_score", "risk_band", "outage_expected",
    "irreversible", "backout_tested", "implementation_plan", "test_plan", "backout_plan",
    "artifact_digest",
)  # fmt: skip


def ask_for_leave(*, change: Change, purpose: str, actor: User) -> Approval:
    """Ask whoever the rules name, about the change as it is now; a peer where they name nobody."""
    return ask(
        question=Question(
            ticket=change,
            purpose=purpose,
            snapshot=picture_of(change),
            barred={
                each
                for each in (change.opened_by_id, change.assignee_id, change.edited_by_id)
                if each is not None
            },
            stages=ASKED[purpose](change) if purpose in ASKED else (),
            by_people_only=bool(failed_evidence(change)),
        ),
        actor=actor,
    )


def picture_of(change: Change) -> dict[str, Any]:
    """What is judged, as plain values that hold still."""
    picture: dict[str, Any] = {name: getattr(change, name) for name in FROZEN}
    for name in ("planned_start", "planned_end"):
        instant = getattr(change, name)
        picture[name] = instant.isoformat() if instant else None
    picture["service"] = change.service.name if change.service else None
    picture["tier"] = change.service.tier if change.service else None
    picture["team"] = change.team.slug if change.team else None
    picture["items"] = sorted(change.configuration_items.values_list("name", flat=True))
    return picture


def _peers(change: Change) -> list[dict[str, Any]]:
    if change.team is None:
        if change.confidential:
            return []  # not everybody may see it: process managers are asked
        return [{"name": "A peer", "role": "agent"}]
    return [{"name": "A peer", "team": change.team.slug}]


def _owners(change: Change) -> list[dict[str, Any]]:
    owner = change.service.owner_team if change.service else None
    return [{"name": "The service's owner", "team": owner.slug}] if owner else []


# Who is asked where no rule says so; of the others the process managers are.
ASKED = {"assess": _peers, "service_owner": _owners}
