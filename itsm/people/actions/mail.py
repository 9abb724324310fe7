"""Moving to another e-mail address, which whoever asks must be able to read."""

from datetime import timedelta
from typing import Any

from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from itsm.core import configuration, events
from itsm.core.errors import Refused
from itsm.people.addresses import address
from itsm.people.models import User

SALT = "steady.people.mail"
LASTS = timedelta(hours=24)


@transaction.atomic
def ask_for_email(*, user: User, email: str) -> None:
    """Note the address somebody wants; it counts once its link was followed.

    Passwords are sent to it and identity providers are believed by it, so nobody may have an
    address that is somebody else's.
    """
    events.publish("user.email_requested", user, actor=user, data={"email": email})


def send_confirmation(*, user: User, email: str) -> None:
    """Write to the new address, and tell the old one."""
    token = signing.dumps({"user": user.pk, "old": user.email, "new": email}, salt=SALT)
    with translation.override(user.language or None):
        shown = {"user": user, "email": email, "address": f"{address('email')}?token={token}"}
        body = render_to_string("people/email_mail.txt", shown)
        send_mail(_("Confirm your e-mail address"), body, None, [email])
        if user.email:
            body = render_to_string("people/email_warning.txt", shown)
            send_mail(_("Your e-mail address is about to change"), body, None, [user.email])


def email_asked_for(token: str) -> tuple[User, str] | None:
    """Whose address becomes which; None when the link is forged, too old or used."""
    try:
        said: dict[str, Any] = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    found = User.objects.filter(pk=said["user"], email=said["old"], is_active=True).first()
    return (found, said["new"]) if found else None


@transaction.atomic
def confirm_email(*, token: str) -> User:
    """Give somebody the address whose link was followed; Refused when it has ended."""
    asked = email_asked_for(token)
    if asked is None:
        raise Refused(_("This link has ended."))
    person = User.objects.select_for_update().get(pk=asked[0].pk)
    if person.email != asked[0].email:
        raise Refused(_("This link has ended."))
    before = configuration.picture_of(person)
    person.email = asked[1]
    person.save(update_fields=["email"])
    configuration.note_change(person, before=before, actor=person)
    return person
