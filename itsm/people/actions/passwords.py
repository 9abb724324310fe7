"""Choosing a password, and getting a new one by mail."""

from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid
from itsm.people.actions.sessions import end_sessions
from itsm.people.addresses import address
from itsm.people.models import ResetRequest, User
from itsm.people.selectors import people_who_may_reset

# So that nobody's mailbox is filled by somebody else.
MOST_MAILS = 3
PERIOD = timedelta(hours=1)


@transaction.atomic
def change_password(*, user: User, password: str, how: str, kept_session: str | None) -> None:
    """Give somebody a new password and end their other sessions."""
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        raise Invalid(" ".join(refusal.messages), field="password") from None
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user=user, actor=user, keep=kept_session)
    events.publish("user.password_changed", user, actor=user, data={"how": how})


@transaction.atomic
def ask_for_reset(*, said: str, place: str) -> None:
    """Note that somebody wants a new password.

    The same is done for people we know and people we do not, so that the time tells nothing; who
    it is is found out, and written to, afterwards.
    """
    asked = ResetRequest.objects.create(said=said, place=place)
    events.publish("reset.requested", asked, actor=None, data={"place": place})


def answer_reset(*, asked: ResetRequest) -> None:
    """Write to whoever was meant, if there is such a person; a second time changes nothing."""
    if asked.answered_at is not None:
        return
    for user in people_who_may_reset(asked.said):
        asked.user = user
        if not _has_enough_mail(user):
            _send_link(user)
    # What was typed may be anything, a password too, so it is not kept.
    asked.said, asked.answered_at = "", timezone.now()
    asked.save(update_fields=["said", "answered_at", "user"])


def _has_enough_mail(user: User) -> bool:
    since = timezone.now() - PERIOD
    lately = ResetRequest.objects.filter(user=user, answered_at__gt=since)
    return lately.count() >= MOST_MAILS


def _send_link(user: User) -> None:
    reference = urlsafe_base64_encode(str(user.pk).encode())
    token = f"{reference}.{default_token_generator.make_token(user)}"
    with translation.override(user.language or None):
        shown = {"user": user, "address": f"{address('new-password')}?token={token}"}
        body = render_to_string("people/reset_mail.txt", shown)
        send_mail(_("Your new password"), body, None, [user.email])
