"""What is asked of the tools that keep evidence and of those that post it."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _l

from itsm.core.admin_forms import SecretForm
from itsm.evidence.models import EvidenceSource, LogSource
from itsm.evidence.ports import formats, readers
from itsm.monitoring.forms import ToolForm


def _kinds() -> list[tuple[str, str]]:
    return [(each, each.capitalize()) for each in readers]


def _formats() -> list[tuple[str, str]]:
    return [(each, each) for each in formats]


class EvidenceSourceForm(SecretForm):
    """A source's settings; of its secrets only new ones are taken, and none is shown."""

    kind = forms.ChoiceField(label=_l("kind"), choices=_kinds)

    class Meta:
        model = EvidenceSource
        fields = (
            *("name", "kind", "address", "account", "secret", "second_secret"),
            *("scope", "is_active"),
        )
        help_texts: ClassVar[dict[str, Any]] = {
            "secret": _l("A token, a password, or Datadog's API key."),
            "second_secret": _l("Datadog's application key."),
        }


class LogSourceForm(ToolForm[LogSource]):
    """The settings of a tool that passes log lines on."""

    kind = forms.ChoiceField(label=_l("kind"), choices=_formats)

    class Meta:
        model = LogSource
        fields = ("name", "kind", "is_active", "most_lines", "header_name")
