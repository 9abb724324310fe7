"""Judging a change anew whenever what is weighed has changed."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from changes import selectors
from changes.models import Change
from changes.risk import risk_of


def assess(*, change: Change) -> None:
    """Compute the risk of a change and keep it with what it is made of; within a transaction."""
    conflicts = selectors.conflicts_for(change)
    known = selectors.circumstances_of(change, conflicts=conflicts, now=timezone.now())
    risk = risk_of(known)
    # Names, not sentences: they are worded in the reader's language when they are shown.
    parts: list[dict[str, Any]] = [
        {"name": each.name, "points": each.points} for each in risk.contributions
    ]
    for part in parts:
        if part["name"] == "record":
            part["records"] = {name: round(each, 1) for name, each in known.records.items()}
    Change.objects.filter(pk=change.pk).update(
        risk_score=risk.score, risk_band=risk.band, risk_contributions=parts
    )
    change.risk_score, change.risk_band, change.risk_contributions = risk.score, risk.band, parts


def assess_like(change: Change) -> None:
    """Judge anew what waits to be made from the same template, on the same service, by the team."""
    for each in selectors.waiting_like(change):
        with transaction.atomic():
            locked: Change = each.lock()
            if locked.state in selectors.WAITING:
                assess(change=locked)
