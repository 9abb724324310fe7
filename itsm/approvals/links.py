"""Signed addresses by which one person answers one stage once, about what was asked then."""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils import timezone

from itsm.approvals import selectors
from itsm.approvals.models import Approval, Stage
from itsm.people.models import User
from itsm.people.selectors import factors_of

SALT = "approvals.link"


@dataclass(frozen=True)
class Asked:
    """What a link is about: who is asked, in which stage of which approval."""

    user: User
    stage: Stage
    approval: Approval

    @property
    def needs_sign_in(self) -> bool:
        """Whether mail alone is too little proof: whoever has a second step takes it here too."""
        factors = factors_of(self.user)
        return factors.are_needed or factors.count > 0


def token_for(user: User, stage: Stage) -> str:
    """Names the person, the stage and the picture; nobody without our key makes one."""
    known: list[Any] = [stage.pk, user.pk, stage.approval.snapshot_hash[:32]]
    return signing.dumps(known, salt=SALT, compress=False)


def opened(token: str) -> Asked | None:
    """What a link is about; None when it was used, is void, has expired or is none of ours.

    It ends by itself: with the person's word in the stage, with the stage, with any other picture.
    """
    try:
        stage_id, user_id, picture = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    stage = selectors.stage_with(stage_id)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if stage is None or user is None or not selectors.is_asked(user, stage):
        return None
    approval = stage.approval
    is_over = approval.due_at is not None and approval.due_at <= timezone.now()
    if is_over or not approval.snapshot_hash.startswith(picture):
        return None
    return Asked(user, stage, approval)
