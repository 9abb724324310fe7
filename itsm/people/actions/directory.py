"""What can be done about people: giving and taking tokens, making bots, joining teams."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import configuration, events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people import scopes as scope_rules
from itsm.people import tokens
from itsm.people.actions.sessions import end_sessions
from itsm.people.models import ApiToken, Membership, Team, User
from itsm.people.roles import Role


@transaction.atomic
def issue_token(
    *,
    user: User,
    name: str,
    scopes: Sequence[str] = (),
    expires_at: datetime | None = None,
    actor: User | None = None,
) -> tuple[ApiToken, str]:
    """Give a program a token to act as the user; the text is returned this once."""
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid("Choose a day of expiry that is still to come.", field="expires_at")
    plain = tokens.new_token()
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=plain[:10],
        digest=tokens.digest(plain),
        scopes=scope_rules.checked(scopes),
        expires_at=expires_at,
    )
    events.publish(
        "token.issued", token, actor=actor or user, data={"user": user.pk, "scopes": token.scopes}
    )
    return token, plain


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: User) -> None:
    """Make a token useless from now on."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        events.publish("token.revoked", token, actor=actor, data={"user": token.user_id})


def note_use(*, token: ApiToken) -> None:
    """Remember that the token was used, to the minute."""
    now = timezone.now()
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 60:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def make_bot(*, username: str, name: str) -> User:
    """A user under whose name a program acts; it cannot sign in with a password."""
    return User.objects.create_user(username, name=name, role=Role.AGENT, is_bot=True)


@transaction.atomic
def join_team(*, user: User, team: Team, is_lead: bool = False, actor: User | None) -> Membership:
    """Put a person into a team, or change whether they lead it."""
    membership, _is_new = Membership.objects.update_or_create(
        user=user, team=team, defaults={"is_lead": is_lead}
    )
    events.publish(
        "team.joined",
        team,
        actor=actor,
        data={
            "user": user.pk,
            "lead": is_lead,
            "name": team.name,
            "changes": {"members": [[], [user.username]]},
        },
    )
    return membership


@transaction.atomic
def leave_team(*, user: User, team: Team, actor: User) -> None:
    """Take a person out of a team."""
    if Membership.objects.filter(user=user, team=team).delete()[0]:
        told = {"members": [[user.username], []]}
        data = {"user": user.pk, "name": team.name, "changes": told}
        events.publish("team.departed", team, actor=actor, data=data)


@transaction.atomic
def add_team(*, actor: User, values: Mapping[str, Any]) -> Team:
    """Form a team."""
    check_may_edit(actor)
    columns = {name: value for name, value in _columns(values).items() if value != ""}
    team: Team = _saved(Team(**columns))
    _seat(team, values)
    configuration.note_addition(team, actor=actor, slug=team.slug)
    return team


@transaction.atomic
def change_team(*, team: Team, actor: User, values: Mapping[str, Any]) -> Team:
    """Change a team's names, its way of giving out tickets, or who is in it."""
    check_may_edit(actor)
    before = configuration.picture_of(team)
    for name, value in _columns(values).items():
        if value or name != "assignment":
            setattr(team, name, value)
    _saved(team)
    _seat(team, values)
    configuration.note_change(team, before=before, actor=actor)
    return team


@transaction.atomic
def add_user(*, actor: User, values: Mapping[str, Any]) -> User:
    """Register a person, who cannot sign in until a password is set."""
    check_may_edit(actor)
    user = User(**{name: value for name, value in values.items() if value not in ("", None)})
    _check_manager(user, values)
    user.set_unusable_password()
    _saved(user)
    configuration.note_addition(user, actor=actor, role=user.role)
    return user


@transaction.atomic
def change_user(*, user: User, actor: User, values: Mapping[str, Any]) -> User:
    """Change what is known of a person, the role included."""
    check_may_edit(actor)
    check_own_rights(user, actor=actor, values=values)
    before = configuration.picture_of(user)
    rights = (user.role, user.is_active)
    _check_manager(user, values)
    for name, value in values.items():
        if value != "" or name in ("name", "email"):
            setattr(user, name, value)
    _saved(user)
    if rights != (user.role, user.is_active):
        end_sessions(user=user, actor=actor)
    configuration.note_change(user, before=before, actor=actor)
    return user


def check_own_rights(user: User, *, actor: User, values: Mapping[str, Any]) -> None:
    """Refused where somebody would take the own rights away, and nobody could give them back."""
    is_lost = values.get("role", user.role) != user.role or not values.get("is_active", True)
    if user.pk == actor.pk and is_lost:
        raise Refused(_("Let another administrator take your rights away."))


def _check_manager(user: User, values: Mapping[str, Any]) -> None:
    if why := user.why_not_managed_by(values.get("manager")):
        raise Invalid(why, field="manager")


def check_may_edit(actor: User) -> None:
    """NotAllowed unless this person keeps people and teams."""
    if not actor.has_perm("people.edit"):
        raise NotAllowed(_("You may not change people and teams."))


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in ("members", "leads")}


def _saved(record: Any) -> Any:
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        field = next((each for each in ("username", "slug", "name") if each in str(error)), None)
        raise Invalid(_("This name is taken."), field=field) from None
    return record


def _seat(team: Team, values: Mapping[str, Any]) -> None:
    """Let exactly these people be in the team, and these of them lead it."""
    if "leads" in values:
        leads = {each.pk for each in values["leads"]}
    else:
        leads = set(_places(team).filter(is_lead=True).values_list("user_id", flat=True))
    if "members" in values:
        members = {each.pk for each in values["members"]}
    else:
        members = set(_places(team).values_list("user_id", flat=True))
    if not leads <= members and "leads" in values:
        raise Invalid(_("Only members can lead the team."), field="leads")
    _places(team).exclude(user__in=members).delete()
    Membership.objects.bulk_create(
        [Membership(team=team, user_id=each, is_lead=each in leads) for each in sorted(members)],
        update_conflicts=True,
        unique_fields=["team", "user"],
        update_fields=["is_lead"],
    )


def _places(team: Team) -> QuerySet[Membership]:
    return Membership.objects.filter(team=team)
