"""What a password must be, beside Django's own rules; used when one is chosen."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ADVISED = 15
LONGEST = 128
PRODUCT = ("steady", "itsm", "helpdesk", "servicedesk")
SHORTEST_WORD = 4

VALIDATORS = [
    {"NAME": "itsm.people.passwords.Length"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "itsm.people.passwords.Words"},
]


class Length:
    """Eight characters are needed, fifteen advised, 128 the most."""

    shortest = 8

    def validate(self, password: str, _user: Any = None) -> None:
        if len(password) < self.shortest:
            raise ValidationError(_("Use at least 8 characters; 15 or more are better."))
        if len(password) > LONGEST:
            raise ValidationError(_("Use at most 128 characters."))
        if "\x00" in password or any("\ud800" <= each <= "\udfff" for each in password):
            raise ValidationError(_("Take out the characters that cannot be stored."))

    def get_help_text(self) -> str:
        return _("Use at least 8 characters; 15 or more are better.")


class Words:
    """A password is not made of the words everybody here thinks of first."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = password.casefold()
        for word in sorted(_words_of(user), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < Length.shortest and rest != password.casefold():
            raise ValidationError(
                _("Leave out the names of the product, your organisation and yourself.")
            )

    def get_help_text(self) -> str:
        return _("Leave out the names of the product, your organisation and yourself.")


def _words_of(user: Any) -> set[str]:
    texts = [urlsplit(settings.BASE_URL).hostname or "", *PRODUCT]
    if user is not None:
        texts += [user.username, user.name, user.email]
    words = {
        word
        for text in texts
        for word in "".join(_letter(each) for each in text).casefold().split()
    }
    return {word for word in words if len(word) >= SHORTEST_WORD and not word.isdigit()}


def _letter(each: str) -> str:
    return each if each.isalnum() else " "
