"""What several forms of Django's admin have in common."""

from collections.abc import Iterable
from typing import Any

from django.forms import BaseModelForm, CharField, ChoiceField, ModelForm, PasswordInput, Textarea
from django.utils.translation import gettext_lazy as _

from itsm.core.crypto import EncryptedTextField

KEPT = _("Never shown. Left empty, the present one stays.")
NEVER_SHOWN = _("Never shown again.")


class SecretForm(ModelForm[Any]):
    """Asks for secrets without ever showing one: left empty, the old one stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._secrets():
            field, kept = self.fields[name], getattr(self.instance, name)
            field.widget = PasswordInput(attrs={"autocomplete": "new-password"})
            field.required = field.required and not kept
            helps = (field.help_text, KEPT if self.instance.pk else NEVER_SHOWN)
            field.help_text = " ".join(str(each) for each in helps if each)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name in self._secrets():
            given[name] = given.get(name) or getattr(self.instance, name)
        return given

    def _secrets(self) -> list[str]:
        # Who only looks is given a form without any fields.
        columns = self._meta.model._meta.concrete_fields
        secrets = [each.name for each in columns if isinstance(each, EncryptedTextField)]
        return [each for each in secrets if each in self.fields]


class LinesField(CharField):
    """A list of words, one in each line."""

    widget = Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [each.strip() for each in str(value or "").splitlines() if each.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


def offer(form: BaseModelForm[Any], name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let one of these be chosen, or what is kept already and may be none of them."""
    field, offered = form.fields.get(name), list(choices)
    kept = getattr(form.instance, name)
    if isinstance(field, ChoiceField):
        own = [] if kept in dict(offered) else [(kept, kept)]
        field.choices = [*offered, *own]
