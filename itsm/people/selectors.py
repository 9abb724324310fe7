"""Questions about people."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.contrib.auth.tokens import default_token_generator
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _

from itsm.core.errors import NotFound
from itsm.people import devices, tokens
from itsm.people.models import (
    ApiToken,
    AuthenticatorApp,
    FactorRule,
    IdentityProvider,
    LdapDirectory,
    Membership,
    Passkey,
    ResetRequest,
    Session,
    Team,
    User,
)
from itsm.people.roles import Role, is_capable

LONGEST_NAME = 200


def token_shown(plain: str) -> ApiToken | None:
    """The usable token with this text, its user beside it; None when there is none."""
    if not tokens.is_well_formed(plain):
        return None
    token = _token_of(tokens.digest(plain))
    return token if token and token.is_usable() and token.user.is_active else None


def _token_of(digest: str) -> ApiToken | None:
    """The token and its user, by a statement that is put together once.

    Every request of a program begins with it, and putting it together took thrice as long as
    asking it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_token_statement(), [digest])
        row = cursor.fetchone()
    if row is None:
        return None
    names = [field.attname for field in ApiToken._meta.concrete_fields]
    of_user = [field.attname for field in User._meta.concrete_fields]
    token = ApiToken.from_db(DEFAULT_DB_ALIAS, names, row[: len(names)])
    token.user = User.from_db(DEFAULT_DB_ALIAS, of_user, row[len(names) :])
    return token


@cache
def _token_statement() -> str:
    wanted = ApiToken.objects.select_related("user").order_by().filter(digest="")
    statement, _values = wanted.query.sql_with_params()
    return str(statement)


def visible_users(user: User) -> QuerySet[User]:
    """The people this person may know of: staff see everybody, end users only themselves."""
    everybody = User.objects.all()
    return everybody if user.is_staffer else everybody.filter(pk=user.pk)


def people_like(user: User, text: str) -> QuerySet[User]:
    """The people, programs left out, who have this in their name or user name."""
    named = Q(username__icontains=text) | Q(name__icontains=text)
    return visible_users(user).filter(named, is_active=True, is_bot=False)


def visible_teams(user: User) -> QuerySet[Team]:
    """The teams this person may know of."""
    return Team.objects.all() if user.is_staffer else Team.objects.none()


def user_named(username: str) -> User:
    """The person with this user name; NotFound when there is none."""
    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        raise NotFound(f"Nobody has the user name {username!r}.")
    return user


def user_called(words: str) -> User:
    """The person with this user name, or the only one of this name; NotFound when there is none."""
    try:
        return user_named(words)
    except NotFound:
        found = list(User.objects.filter(name__iexact=words, is_active=True)[:2])
        if len(found) != 1:
            raise
        return found[0]


def name_shown(username: str) -> str:
    """The name a form shows for somebody; the user name when the name would not lead back."""
    user = User.objects.filter(username__iexact=username).first()
    if user is None or not user.name:
        return username
    same = Q(username__iexact=user.name) | Q(name__iexact=user.name, is_active=True)
    return username if User.objects.filter(same).exclude(pk=user.pk).exists() else user.name


def team_named(slug: str) -> Team:
    """The team with this short name; NotFound when there is none."""
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise NotFound(f"No team has the short name {slug}.")
    return team


def team_with_id(pk: int) -> Team:
    """The team of this key; NotFound when there is none."""
    team = Team.objects.filter(pk=pk).first()
    if team is None:
        raise NotFound("There is no such team.")
    return team


def manager_of(person: User, *, without: Collection[int] = ()) -> User | None:
    """Who is above a person; whoever is gone or left out is passed by on the way up."""
    seen = {person.pk}
    above = person.manager
    while above is not None and above.pk not in seen:
        if above.is_active and above.pk not in without:
            return above
        seen.add(above.pk)
        above = above.manager
    return None


def users_named(usernames: Collection[str]) -> dict[str, User]:
    """The people with these user names, by the name in small letters."""
    wanted = [name.lower() for name in usernames]
    found = User.objects.annotate(lower=Lower("username")).filter(lower__in=wanted)
    return {each.username.lower(): each for each in found}


def members_of(team_ids: Collection[int]) -> dict[int, list[str]]:
    """The user names of each team's members."""
    return _names_by_team(Membership.objects.filter(team__in=team_ids))


def leads_of(team_ids: Collection[int]) -> dict[int, list[str]]:
    """The user names of those who lead each team."""
    return _names_by_team(Membership.objects.filter(team__in=team_ids, is_lead=True))


def _names_by_team(places: QuerySet[Membership]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    ordered = places.order_by("user__username").values_list("team_id", "user__username")
    for team_id, username in ordered:
        found.setdefault(team_id, []).append(username)
    return found


def slugs_of_teams_of(user_ids: Collection[int]) -> dict[int, list[str]]:
    """The short names of each person's teams."""
    found: dict[int, list[str]] = {}
    places = Membership.objects.filter(user__in=user_ids).order_by("team__slug")
    for user_id, slug in places.values_list("user_id", "team__slug"):
        found.setdefault(user_id, []).append(slug)
    return found


def team_ids_of(user: User) -> list[int]:
    """The teams this person belongs to."""
    return list(user.memberships.values_list("team_id", flat=True))


def system_user() -> User:
    """The user under whose name the house itself acts: timers, cascades."""
    user, _is_new = User.objects.get_or_create(
        username="steady", defaults={"name": "Steady", "role": Role.AGENT, "is_bot": True}
    )
    return user


def user_names(pks: Collection[int]) -> dict[int, str]:
    """What the people with these ids are called."""
    return {each.pk: str(each) for each in User.objects.filter(pk__in=pks)}


def team_names(pks: Collection[int]) -> dict[int, str]:
    """What the teams with these ids are called."""
    return dict(Team.objects.filter(pk__in=pks).values_list("pk", "name"))


def team_names_by_slug(slugs: Collection[str]) -> dict[str, str]:
    """The names of these teams, by their short names; asked for only where there are any."""
    if not slugs:
        return {}
    return dict(Team.objects.filter(slug__in=slugs).values_list("slug", "name"))


def workers() -> QuerySet[User]:
    """The people who work on tickets."""
    roles = [role for role in Role if is_capable(role, "tickets.work")]
    return User.objects.filter(role__in=roles, is_active=True, is_bot=False)


def people_with_teams(pks: Collection[int]) -> QuerySet[User]:
    """These people, their memberships beside them."""
    return User.objects.filter(pk__in=pks).prefetch_related("memberships")


def person_called(username: str) -> User | None:
    """The person who would sign in with this name, if there is one."""
    username = "" if "\x00" in username else username[:LONGEST_NAME]
    return User.objects.filter(username__iexact=username, is_bot=False).first()


def people_who_may_reset(said: str) -> list[User]:
    """Those this user name or e-mail address means, and who can be sent a new password."""
    people = User.objects.filter(is_active=True, is_bot=False).exclude(email="")
    # Who signs in with another house's account has no password here to forget.
    people = people.exclude(identities__isnull=False, password__startswith="!")  # noqa: S106 the mark
    return list(people.filter(Q(username__iexact=said) | Q(email__iexact=said)).distinct()[:5])


def person_with_id(pk: int) -> User | None:
    """The person with this id, if there still is one."""
    return User.objects.filter(pk=pk, is_bot=False).first()


def reset_request(pk: int) -> ResetRequest | None:
    """The request for a new password with this id."""
    return ResetRequest.objects.filter(pk=pk).first()


def person_with_reset_token(token: str) -> User | None:
    """Whoever was sent this link, while it still works."""
    reference, _dot, proof = token.partition(".")
    try:
        pk = int(urlsafe_base64_decode(reference))
    except ValueError:
        return None
    user = User.objects.filter(pk=pk, is_active=True, is_bot=False).first() if pk < 2**63 else None
    return user if user and default_token_generator.check_token(user, proof) else None


@dataclass(frozen=True)
class OpenSession:
    """A session as its owner is shown it."""

    reference: str
    device: str
    place: str
    began_at: datetime
    used_at: datetime
    is_this: bool


def sessions_of(user: User, *, own: str | None) -> list[OpenSession]:
    """Where this person is signed in, this browser first."""
    found = [
        OpenSession(
            reference=each.reference,
            device=devices.name_of(each.device),
            place=each.place,
            began_at=each.began_at,
            used_at=each.used_at,
            is_this=each.session_key == own,
        )
        for each in _open_sessions(user)
    ]
    return sorted(found, key=lambda each: not each.is_this)


def session_of(user: User, *, reference: str) -> Session:
    """One of this person's sessions; NotFound when it has ended or is somebody else's."""
    for each in _open_sessions(user):
        if each.reference == reference:
            return each
    raise NotFound(_("This session has ended already."))


def _open_sessions(user: User) -> QuerySet[Session]:
    now = timezone.now()
    return Session.objects.filter(user=user, expire_date__gt=now).order_by("-used_at")


def administrators() -> QuerySet[User]:
    """The people who may change the configuration."""
    return people_capable_of("inventory.edit")


def people_capable_of(capability: str) -> QuerySet[User]:
    """The people whose role carries a capability."""
    roles = [role for role in Role if is_capable(role, capability)]
    return User.objects.filter(role__in=roles, is_bot=False).order_by("name", "username")


def person_to_let_in(pk: int) -> User | None:
    """The person with this id, if they may sign in."""
    return User.objects.filter(pk=pk, is_active=True, is_bot=False).first()


@dataclass(frozen=True)
class Factors:
    """What somebody has beside the password, and whether the role asks for it."""

    app: AuthenticatorApp | None
    passkeys: list[Passkey]
    spare_left: int
    are_needed: bool

    @property
    def count(self) -> int:
        return len(self.passkeys) + (self.app is not None)


def factors_of(user: User) -> Factors:
    """The second factors of this person."""
    return Factors(
        app=AuthenticatorApp.objects.filter(user=user).first(),
        passkeys=list(user.passkeys.all()),
        spare_left=user.spare_codes.filter(used_at__isnull=True).count(),
        are_needed=FactorRule.objects.filter(role=user.role).exists(),
    )


def passkey_with(credential: str) -> Passkey | None:
    """The passkey with this id, of somebody who may sign in."""
    usable = Passkey.objects.filter(user__is_active=True, user__is_bot=False)
    wanted = usable.filter(credential=credential.replace("\x00", "")[:1400])
    return wanted.select_related("user").first()


def providers() -> list[IdentityProvider]:
    """The OpenID providers people may sign in with."""
    return list(IdentityProvider.objects.filter(is_active=True))


def provider_called(slug: str) -> IdentityProvider:
    """The provider with this short name; NotFound unless people may sign in with it."""
    provider = IdentityProvider.objects.filter(slug=slug, is_active=True).first()
    if provider is None:
        raise NotFound(_("Nobody signs in that way here."))
    return provider


def directories() -> list[LdapDirectory]:
    """The LDAP directories people may sign in with."""
    return list(LdapDirectory.objects.filter(is_active=True))


def tokens_of(user: User) -> list[ApiToken]:
    """This person's own tokens, newest first, without those that were revoked."""
    return list(ApiToken.objects.filter(user=user, revoked_at__isnull=True))


def token_of(user: User, *, pk: int) -> ApiToken:
    """One of this person's own tokens; NotFound when there is none."""
    token = ApiToken.objects.filter(user=user, pk=pk).first() if pk < 2**63 else None
    if token is None:
        raise NotFound(_("You have no such token."))
    return token


def people_of(team: Team) -> list[User]:
    """The people in a team who can be told of something."""
    found = User.objects.filter(memberships__team=team, is_active=True, is_bot=False)
    return list(found.order_by("username"))
