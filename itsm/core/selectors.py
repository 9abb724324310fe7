"""Questions about what happened."""

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from itsm.core.models import Event


def newest_events(subjects: Iterable[str], *, among: int) -> QuerySet[Event]:
    """The newest events of subjects of these types; never looks further back than ``among``."""
    newest = Event.objects.order_by("-id").values("pk")[:among]
    events = Event.objects.filter(pk__in=newest, subject_type__in=list(subjects))
    return events.select_related("actor").order_by("-id")


def events_of(subjects: Iterable[str], ids: Collection[int], *, most: int) -> QuerySet[Event]:
    """The newest events of these subjects."""
    events = Event.objects.filter(subject_type__in=list(subjects), subject_id__in=ids)
    return events.select_related("actor").order_by("-id")[:most]
