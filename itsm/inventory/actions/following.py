"""Wanting to hear of a service's troubles."""

from django.db import transaction

from itsm.core import events
from itsm.inventory.models import Service, ServiceFollower
from itsm.people.models import User


@transaction.atomic
def follow_service(*, service: Service, actor: User) -> None:
    """Let somebody hear of a service's troubles; following twice changes nothing."""
    _made, is_new = ServiceFollower.objects.get_or_create(service=service, user=actor)
    if is_new:
        events.publish("service.followed", service, actor=actor, data={"user": actor.pk})


@transaction.atomic
def unfollow_service(*, service: Service, actor: User) -> None:
    """Let somebody hear no more of a service's troubles."""
    if ServiceFollower.objects.filter(service=service, user=actor).delete()[0]:
        events.publish("service.unfollowed", service, actor=actor, data={"user": actor.pk})
