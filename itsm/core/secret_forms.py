"""Asking for secrets in Django's admin without ever showing one."""

from typing import Any

from django.forms import ModelForm, PasswordInput
from django.utils.translation import gettext_lazy as _

from itsm.core.crypto import EncryptedTextField

KEPT = _("Never shown. Left empty, the present one stays.")
NEVER_SHOWN = _("Never shown again.")


class SecretForm(ModelForm[Any]):
    """Asks for secrets without ever showing one: left empty, the old one stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._secrets():
            self.fields[name].widget = PasswordInput(attrs={"autocomplete": "new-password"})
            self.fields[name].help_text = KEPT if self.instance.pk else NEVER_SHOWN

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in self._secrets():
            given[name] = given.get(name) or getattr(self.instance, name)
        return given

    def _secrets(self) -> list[str]:
        # Who only looks is given a form without any fields.
        columns = self._meta.model._meta.concrete_fields
        secrets = [each.name for each in columns if isinstance(each, EncryptedTextField)]
        return [each for each in secrets if each in self.fields]
