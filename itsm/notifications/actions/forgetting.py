"""Forgetting who was told of what, once nobody asks any more."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from itsm.notifications.models import InboxEntry, Message

BATCH = 1000
MOST_BATCHES = 50


def forget_messages(*, before: datetime) -> int:
    """Forget what was told before an instant and is not waiting; how many messages that were.

    What was read in an inbox goes with them; what is still new there stays until it is read.
    """
    count = 0
    for _batch in range(MOST_BATCHES):
        gone = _forget_some(before)
        count += gone
        if gone < BATCH:
            break
    return count


@transaction.atomic
def _forget_some(before: datetime) -> int:
    unread = InboxEntry.objects.filter(latest=OuterRef("pk"), is_read=False)
    old = Message.objects.filter(created_at__lt=before).exclude(status=Message.Status.QUEUED)
    keys = list(old.exclude(Exists(unread)).values_list("pk", flat=True)[:BATCH])
    InboxEntry.objects.filter(latest__in=keys).delete()
    Message.objects.filter(pk__in=keys).delete()
    return len(keys)
