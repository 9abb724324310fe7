"""Who acts for whom today; the one answer for every door."""

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.utils import timezone

from itsm.core.errors import NotFound
from itsm.people.models import Delegate, User


def delegations_now() -> QuerySet[Delegate]:
    """The delegations that hold today, by the day of the person acted for."""
    now = timezone.now()
    is_over = Q(holds_until__isnull=False, holds_until__lte=now)
    return Delegate.objects.filter(~is_over, holds_from__lte=now, person__is_active=True).order_by()


def represented_by(delegate: User) -> QuerySet[User]:
    """The people this person may act for today."""
    mine = delegations_now().filter(delegate=delegate)
    return User.objects.filter(pk__in=mine.values("person")).order_by("name", "username")


def acts_for(delegate: User, person_id: int | None) -> bool:
    """Whether this person may act for that one today."""
    if person_id is None:
        return False
    return delegations_now().filter(delegate=delegate, person=person_id).exists()


def represented_ids(pks: Collection[int]) -> dict[int, frozenset[int]]:
    """Whom each of these people may act for today, those who act for nobody left out."""
    found: dict[int, set[int]] = {}
    pairs = delegations_now().filter(delegate__in=pks).values_list("delegate", "person")
    for delegate_id, person_id in pairs:
        found.setdefault(delegate_id, set()).add(person_id)
    return {pk: frozenset(people) for pk, people in found.items()}


def delegates_of(person: User) -> QuerySet[Delegate]:
    """Who may act for this person, now, later, or until lately."""
    return Delegate.objects.filter(person=person).select_related("delegate").order_by("pk")


def delegate_for(person: User, pk: int) -> Delegate:
    """One of this person's delegates; NotFound when it is somebody else's."""
    found = delegates_of(person).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such delegate.")
    return found
