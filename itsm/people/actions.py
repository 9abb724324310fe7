"""What can be done about people: giving and taking tokens, making bots, joining teams."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from itsm.core import events
from itsm.core.errors import Invalid
from itsm.people import scopes as scope_rules
from itsm.people import tokens
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
    membership, _ = Membership.objects.update_or_create(
        user=user, team=team, defaults={"is_lead": is_lead}
    )
    events.publish("team.joined", team, actor=actor, data={"user": user.pk, "lead": is_lead})
    return membership


@transaction.atomic
def leave_team(*, user: User, team: Team, actor: User) -> None:
    """Take a person out of a team."""
    if Membership.objects.filter(user=user, team=team).delete()[0]:
        events.publish("team.departed", team, actor=actor, data={"user": user.pk})
