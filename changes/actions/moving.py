"""Planning a change for another time."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from changes.models import Change, ChangeType
from changes.windows import Span
from changes.workflow import BEFORE_WORK
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import User
from itsm.tickets.actions import edit
from itsm.tickets.permissions import may_work


@transaction.atomic
def move(*, change: Change, actor: User, to: Span, expected_version: int | None = None) -> Change:
    """Plan a change for another time; leave that was given for the former one is void."""
    if not may_work(actor, change, "changes.work"):
        raise NotAllowed(_("You may read %(number)s only.") % {"number": change.number})
    if to.end <= to.start:
        raise Invalid(_("It must end after it begins."), field="planned_end")
    if to.end <= timezone.now():
        raise Invalid(_("That time has passed."), field="planned_end")
    # Locked before its state is judged, or it could be started while it is moved.
    locked = change.lock()
    if locked.state not in BEFORE_WORK:
        raise Refused(
            _("%(number)s has begun or is over; its time stays.") % {"number": change.number}
        )
    times = {"planned_start": to.start, "planned_end": to.end}
    edit(ticket=locked, actor=actor, changes=times, expected_version=expected_version)
    return Change.objects.get(pk=locked.pk)


def voids_leave(change: Change) -> bool:
    """Whether to move the change means to ask again for what was asked or granted."""
    if change.state == "scheduled":
        return change.type != ChangeType.STANDARD
    return change.state in ("assess", "authorize")
