"""How somebody likes a list, as remembered or as usual."""

from collections.abc import Sequence

from itsm.people.models import User
from itsm.tickets.desks import desks
from itsm.tickets.saved import QueueLook


def look_of(user: User, kind: str) -> QueueLook:
    """How this person likes the queue of a kind."""
    look = QueueLook.objects.filter(user=user, kind=kind).first()
    return look or QueueLook(user=user, kind=kind, columns=list(desks[kind].usual))


def columns_of(look: QueueLook) -> Sequence[str]:
    """The names of the columns somebody chose."""
    return look.columns or desks[look.kind].usual
