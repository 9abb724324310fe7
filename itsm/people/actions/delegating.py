"""Naming who may act for somebody, and taking it back."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed
from itsm.people.models import Delegate, User
from itsm.people.zones import zone_named

MOST_DELEGATES = 20


@transaction.atomic
def name_delegate(
    *,
    person: User,
    delegate: User,
    actor: User,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Delegate:
    """Let somebody report for a person and see what that person called; again changes the days."""
    _check_may_name(person, actor)
    begins = starts_on or timezone.localdate(timezone=zone_named(person.time_zone))
    if delegate.pk == person.pk:
        raise Invalid(_("You already act for yourself; name somebody else."), field="delegate")
    if ends_on is not None and ends_on < begins:
        raise Invalid(_("Let the last day come after the first."), field="ends_on")
    if person.delegates.exclude(delegate=delegate).count() >= MOST_DELEGATES:
        raise Invalid(_("Take somebody off the list first."), field="delegate")
    named, _is_new = Delegate.objects.update_or_create(
        person=person, delegate=delegate, defaults={"starts_on": begins, "ends_on": ends_on}
    )
    data = {
        "person": person.pk,
        "delegate": delegate.pk,
        "from": begins.isoformat(),
        "until": ends_on.isoformat() if ends_on else None,
    }
    events.publish("delegate.named", named, actor=actor, data=data)
    return named


@transaction.atomic
def remove_delegate(*, delegate: Delegate, actor: User) -> None:
    """Let somebody act for a person no more, from now on."""
    _check_may_name(delegate.person, actor)
    data = {"person": delegate.person_id, "delegate": delegate.delegate_id}
    events.publish("delegate.removed", delegate, actor=actor, data=data)
    delegate.delete()


def delegate_named(text: str) -> User:
    """Who is meant by a user name or an e-mail address; whole, so that nobody can leaf through."""
    wanted = text.strip()
    people = User.objects.filter(is_active=True, is_bot=False)
    found = list(people.filter(Q(username__iexact=wanted) | Q(email__iexact=wanted))[:2])
    if not wanted or len(found) != 1:
        raise Invalid(
            _("We know nobody by that name. Write the whole user name or e-mail address."),
            field="delegate",
        )
    return found[0]


def _check_may_name(person: User, actor: User) -> None:
    if actor.pk != person.pk and not actor.has_perm("people.edit"):
        raise NotAllowed(_("Only the person, or an administrator, may name who acts for them."))
