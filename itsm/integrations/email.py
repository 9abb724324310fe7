"""E-mail, through whatever server EMAIL_URL names."""

from django.conf import settings
from django.core.mail import EmailMessage

from itsm.notifications.channels import Letter, channels
from itsm.people.models import User


@channels.add("email")
class Email:
    """Plain text mail, marked as made by a machine so that no auto-reply answers it (RFC 3834)."""

    def can_reach(self, user: User) -> bool:
        return bool(user.email) and not settings.EMAIL_BACKEND.endswith(".console.EmailBackend")

    def send(self, letter: Letter) -> None:
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
        EmailMessage(
            subject=" ".join(letter.subject.split()),
            body=letter.body,
            to=[letter.recipient.email],
            headers={
                "Message-ID": f"<{letter.identity}@{domain}>",
                "Auto-Submitted": "auto-generated",
            },
        ).send()
