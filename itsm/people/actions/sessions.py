"""Signing in and out, and ending sessions."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from itsm.core import events
from itsm.people.models import ResetRequest, Session, User

MONTH = timedelta(days=30)


@transaction.atomic
def note_sign_in(*, user: User, how: str, place: str, is_known: bool) -> None:
    """Record that somebody signed in, and whether at a browser they had used before."""
    data = {"how": how, "place": place, "known_device": is_known}
    events.publish("user.signed_in", user, actor=user, data=data)


@transaction.atomic
def note_sign_out(*, user: User) -> None:
    """Record that somebody signed out."""
    events.publish("user.signed_out", user, actor=user)


@transaction.atomic
def note_refusal(*, user: User | None, how: str, place: str) -> None:
    """Record that a sign-in was refused; for nobody we know the subject is the number 0.

    Written for both, so that the time tells nothing. What was typed as a name is not kept, for it
    may be a password.
    """
    subject = user or User(pk=0)
    data = {"how": how, "place": place}
    events.publish("user.sign_in_refused", subject, actor=None, data=data)


@transaction.atomic
def end_sessions(*, user: User, actor: User | None, keep: str | None = None) -> int:
    """End all sessions of a person but the one with this key; how many there were."""
    ended, _each = Session.objects.filter(user=user).exclude(session_key=keep or "").delete()
    if ended:
        events.publish("user.sessions_ended", user, actor=actor, data={"count": ended})
    return ended


@transaction.atomic
def end_session(*, session: Session, actor: User) -> None:
    """End one session; its live screens close within seconds."""
    owner = session.user
    session.delete()
    if owner is not None:
        events.publish("user.sessions_ended", owner, actor=actor, data={"count": 1})


def forget_what_has_ended() -> None:
    """Remove what nobody can use any more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    ResetRequest.objects.filter(asked_at__lt=now - MONTH).delete()
