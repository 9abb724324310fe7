"""E-mail, through whatever server EMAIL_URL names."""

import smtplib
from typing import Any, ClassVar

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _l

from itsm.notifications.channels import Down, Letter, Rejected, channels
from itsm.people.models import User

NEVER = 500  # from this code on, a mail server says no for good


@channels.add("email")
class Email:
    """Mail as text and HTML, marked as made by a machine so that no auto-reply answers (RFC 3834).

    All mail about a record names the same ancestor, so mail programs show it as one conversation.
    """

    title: ClassVar[Any] = _l("E-mail")
    is_personal: ClassVar[bool] = True

    def is_open(self) -> bool:
        return not settings.EMAIL_BACKEND.endswith(".console.EmailBackend")

    def address_of(self, user: User) -> str:
        return user.email

    def send(self, letter: Letter, *, address: str) -> None:
        try:
            _mail(letter, address).send()
        except smtplib.SMTPRecipientsRefused as refusal:
            code, words = next(iter(refusal.recipients.values()))
            if code >= NEVER:
                raise Rejected(f"{code} {words.decode(errors='replace')}") from refusal
            raise
        except smtplib.SMTPDataError as refusal:
            if refusal.smtp_code >= NEVER:
                raise Rejected(str(refusal)) from refusal
            raise
        except (smtplib.SMTPException, OSError) as error:
            raise Down(f"The mail server does not answer: {error!r}") from error


def _mail(letter: Letter, address: str) -> EmailMultiAlternatives:
    with translation.override(letter.language):
        shown = {"letter": letter, "is_digest": len(letter.sections) > 1}
        mail = EmailMultiAlternatives(
            subject=letter.subject,
            body=render_to_string("notifications/letter.txt", shown),
            to=[address],
            headers=_headers(letter),
        )
        mail.attach_alternative(render_to_string("notifications/letter.html", shown), "text/html")
    for each in letter.enclosures:
        mail.attach(each.name, each.text, each.media)
    return mail


def _headers(letter: Letter) -> dict[str, str]:
    headers = {
        "Message-ID": _id(letter.identity),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Unsubscribe": f"<{letter.choices_link}>",
    }
    if letter.thread:
        headers |= {"In-Reply-To": _id(letter.thread), "References": _id(letter.thread)}
    return headers


def _id(name: str) -> str:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    return f"<{name}@{domain}>"
