"""Taking the word of another house on who somebody is."""

import re
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import configuration
from itsm.core.errors import Refused
from itsm.people.models import Identity, IdentityProvider, LdapDirectory, User
from itsm.people.roles import Role

# From the most powerful down: of several groups the first of these counts.
BY_POWER = (Role.ADMIN, Role.MANAGER, Role.AUDITOR, Role.AGENT, Role.REQUESTER)
Source = IdentityProvider | LdapDirectory


@dataclass(frozen=True)
class Told:
    """What the other house tells of somebody."""

    subject: str
    username: str
    name: str = ""
    email: str = ""
    is_email_verified: bool = False
    groups: tuple[str, ...] = ()
    # By what the manager may be known here: an id there, an e-mail address or a user name.
    managers: tuple[str, ...] = ()


@transaction.atomic
def welcome(*, source: Source, told: Told) -> User:
    """The person this is, made known if need be, with the role the groups give."""
    identity = (
        Identity.objects.select_related("user")
        .filter(source=source.key, subject=told.subject)
        .first()
    )
    user = identity.user if identity else _known(source, told) or _newcomer(source, told)
    if not user.is_active or user.is_bot:
        raise Refused(_("This account may not sign in. Ask your administrator."))
    Identity.objects.update_or_create(
        source=source.key,
        subject=told.subject,
        defaults={"user": user, "seen_at": timezone.now()},
    )
    _give_role(user, role=_role_of(source, told))
    _give_manager(user, manager=_manager_of(source, told))
    return user


def _known(source: Source, told: Told) -> User | None:
    """Somebody who is here already, and whom this source may be taken to mean."""
    people = User.objects.filter(is_bot=False)
    if isinstance(source, IdentityProvider):
        if not (source.links_by_email and told.email and told.is_email_verified):
            return None
        found = list(people.filter(email__iexact=told.email)[:2])
    else:
        # Who has a password here is not handed over to whoever has the name there.
        found = [
            each
            for each in people.filter(username__iexact=told.username)
            if not each.has_usable_password()
        ]
    return found[0] if len(found) == 1 else None


def _newcomer(source: Source, told: Told) -> User:
    if not source.makes_people:
        raise Refused(_("You are not known here yet. Ask your administrator."))
    user = User(
        username=_free_name(told.username or told.email.partition("@")[0]),
        name=told.name[:120],
        # An address nobody has checked could be somebody else's.
        email=told.email[:254] if told.is_email_verified else "",
        role=source.default_role,
    )
    user.set_unusable_password()
    user.save()
    configuration.note_addition(user, actor=user, source=str(source))
    return user


def _free_name(wanted: str) -> str:
    plain = re.sub(r"[^\w.@+-]", "", wanted)[:70] or "person"
    taken = {
        each.casefold()
        for each in User.objects.filter(username__istartswith=plain).values_list(
            "username", flat=True
        )
    }
    names = (plain, *(f"{plain}-{count}" for count in range(2, len(taken) + 3)))
    return next(each for each in names if each.casefold() not in taken)


def _role_of(source: Source, told: Told) -> str | None:
    """The role the groups give; None where roles are given by hand."""
    if not source.roles:
        return None
    given = {source.roles[each] for each in told.groups if each in source.roles}
    return next((role for role in BY_POWER if role in given), source.default_role)


def _manager_of(source: Source, told: Told) -> User | None:
    """Who is above this person, if the other house names somebody we know without doubt."""
    known = Identity.objects.filter(source=source.key, subject__in=told.managers)
    if (identity := known.select_related("user").first()) is not None:
        return identity.user
    for each in told.managers:
        named = Q(username__iexact=each) | Q(email__iexact=each)
        found = list(User.objects.filter(named, is_bot=False)[:2])
        if len(found) == 1:
            return found[0]
    return None


def _give_manager(user: User, *, manager: User | None) -> None:
    is_new = manager is not None and manager.is_active and manager.pk != user.manager_id
    if not is_new or user.why_not_managed_by(manager):
        return
    before = configuration.picture_of(user)
    user.manager = manager
    user.save(update_fields=["manager"])
    configuration.note_change(user, before=before, actor=user)


def _give_role(user: User, *, role: str | None) -> None:
    if role is None or role == user.role:
        return
    before = configuration.picture_of(user)
    user.role = role
    user.save(update_fields=["role"])
    configuration.note_change(user, before=before, actor=user)
