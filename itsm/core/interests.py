"""What subscribers want to hear of by what people have set up, such as rules."""

from collections.abc import Iterable

from django.db import transaction

from itsm.core.models import Interest


@transaction.atomic
def want(subscriber: str, names: Iterable[str]) -> None:
    """Let the subscriber hear AFTER of the events of these names from this commit on, no others.

    ``incident.*`` stands for every event of the noun.
    """
    wanted = set(names)
    Interest.objects.filter(subscriber=subscriber).exclude(event_name__in=wanted).delete()
    Interest.objects.bulk_create(
        [Interest(subscriber=subscriber, event_name=each) for each in sorted(wanted)],
        ignore_conflicts=True,
    )
