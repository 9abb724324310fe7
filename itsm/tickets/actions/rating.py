"""Saying how a solution was."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import User
from itsm.tickets.fields import Field
from itsm.tickets.models import Phase, Rating, Ticket
from itsm.tickets.permissions import may_rate
from itsm.tickets.selectors import rating_of

CHANGEABLE = timedelta(days=7)
COMMENT = Field(name="comment", max_length=2_000)


@transaction.atomic
def rate(*, ticket: Ticket, actor: User, score: int, comment: str = "") -> Rating:
    """Say how a solution was, from 1 to 5; for seven days it can be said anew."""
    if not may_rate(actor, ticket):
        raise NotAllowed(_("Only who called about %(n)s rates it.") % {"n": ticket.number})
    if score not in Rating.Score.values:
        raise Invalid(_("Choose one of the five faces."), field="score")
    text = str(COMMENT.clean(comment))
    # Two answers at once would each find no rating, and the second break on the constraint.
    locked = ticket.lock()
    if locked.resolved_at is None or locked.phase not in (Phase.RESOLVED, Phase.CLOSED):
        raise Refused(_("Rate it once it is solved."))
    before = rating_of(locked)
    if before and not may_change_rating(before):
        raise Refused(_("A rating can be changed for seven days."))
    rating, _is_new = Rating.objects.update_or_create(
        ticket=locked,
        resolved_at=locked.resolved_at,
        defaults={"author": actor, "score": score, "comment": text},
    )
    data = {"score": score, "comment": text, "before": before.score if before else None}
    events.publish(f"{locked.kind}.rated", locked, actor=actor, data=data)
    return rating


def may_change_rating(rating: Rating) -> bool:
    """Whether what was said of a solution can still be said anew."""
    return timezone.now() - rating.given_at < CHANGEABLE
