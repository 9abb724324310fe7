"""How somebody likes a list, as remembered or as usual."""

from collections.abc import Sequence

from django.db.models import QuerySet

from itsm.core.kept_questions import kept_question
from itsm.people.models import User
from itsm.tickets.desks import desks
from itsm.tickets.saved import QueueLook


def look_of(user: User, kind: str) -> QueueLook:
    """How this person likes the queue of a kind."""
    kept: list[QueueLook] = _looks(user.pk, kind)
    usual = QueueLook(user=user, kind=kind, columns=list(desks[kind].usual))
    return kept[0] if kept else usual


@kept_question
def _looks(user: int, kind: str) -> QuerySet[QueueLook]:
    return QueueLook.objects.filter(user=user, kind=kind)


def columns_of(look: QueueLook) -> Sequence[str]:
    """The names of the columns somebody chose."""
    return look.columns or desks[look.kind].usual
