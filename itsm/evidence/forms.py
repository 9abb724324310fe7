"""What is asked of the tools that keep evidence and of those that post it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _l

from itsm.evidence.models import EvidenceSource, LogSource
from itsm.evidence.ports import formats, readers
from itsm.monitoring.forms import ToolForm, a_secret

SECRETS = ("secret", "second_secret")


def _kinds() -> list[tuple[str, str]]:
    return [(each, each.capitalize()) for each in readers]


def _formats() -> list[tuple[str, str]]:
    return [(each, each) for each in formats]


class EvidenceSourceForm(forms.ModelForm[EvidenceSource]):
    """A source's settings; of its secrets only new ones are taken, and none is shown."""

    kind = forms.ChoiceField(label=_l("kind"), choices=_kinds)
    secret = a_secret(
        _l("secret"),
        _l("A token, a password, or Datadog's API key. Left empty, it stays as it is."),
    )
    second_secret = a_secret(_l("second secret"), _l("Datadog's application key."))

    class Meta:
        model = EvidenceSource
        fields = (
            *("name", "kind", "address", "account", "secret", "second_secret"),
            *("scope", "is_active"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk and "secret" in self.fields:
            self.fields["secret"].help_text = _l("A token, a password, or Datadog's API key.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in SECRETS:
            cleaned[name] = cleaned.get(name) or getattr(self.instance, name)
        return cleaned


class LogSourceForm(ToolForm[LogSource]):
    """The settings of a tool that passes log lines on."""

    kind = forms.ChoiceField(label=_l("kind"), choices=_formats)

    class Meta:
        model = LogSource
        fields = ("name", "kind", "is_active", "most_lines", "header_name")
