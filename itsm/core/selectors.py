"""Questions about what happened."""

from collections.abc import Collection, Iterable

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from itsm.core.models import Event

# The newest are walked one by one until there are enough.
NEWEST = """
SELECT newest.id FROM (
    SELECT id, name, subject_type FROM core_event ORDER BY id DESC LIMIT {among}
) AS newest
WHERE newest.subject_type = ANY(%s) AND split_part(newest.name, '.', 2) <> ALL(%s)
ORDER BY newest.id DESC LIMIT {most}
"""


def newest_events(
    subjects: Iterable[str], *, but: Iterable[str], among: int, most: int
) -> QuerySet[Event]:
    """The newest events of subjects of these types, ``but`` those of such names, so many at most.

    Never looks further back than ``among`` the newest of all.
    """
    newest = RawSQL(  # noqa: S611 constants
        NEWEST.format(among=int(among), most=int(most)), [list(subjects), list(but)]
    )
    return Event.objects.filter(pk__in=newest).select_related("actor").order_by("-id")


def events_of(
    subjects: Iterable[str], ids: Collection[int] | RawSQL, *, most: int
) -> QuerySet[Event]:
    """The newest events of these subjects."""
    events = Event.objects.filter(subject_type__in=list(subjects), subject_id__in=ids)
    return events.select_related("actor").order_by("-id")[:most]
