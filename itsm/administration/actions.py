"""What administrators do that belongs to no single record."""

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import NotAllowed, Refused
from itsm.people.models import User


def send_test_mail(*, actor: User) -> None:
    """Send the administrator a mail now, and say why it failed when it does."""
    if not actor.has_perm("config.edit"):
        raise NotAllowed(_("You may not send test mails."))
    if not actor.email:
        raise Refused(_("Give yourself a mail address first."))
    words = _("Mail from Steady at %(address)s arrives.") % {"address": settings.BASE_URL}
    try:
        send_mail(_("A test from Steady"), words, settings.DEFAULT_FROM_EMAIL, [actor.email])
    except OSError as error:
        raise Refused(
            _("The mail server refused: %(why)s. See EMAIL_URL.") % {"why": str(error)[:200]}
        ) from None
    with transaction.atomic():
        events.publish("mail.tested", actor, actor=actor, data={"name": actor.username})
