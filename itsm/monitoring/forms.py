"""What is asked of a monitoring source."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Self, TypeVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.admin_forms import SecretForm
from itsm.monitoring.bodies import decoded
from itsm.monitoring.mapping import try_mapping
from itsm.monitoring.models import MonitoringSource
from itsm.monitoring.sources import Malformed, Reading, Signal, sources
from itsm.monitoring.suggesting import suggested
from itsm.monitoring.tools import Tool

T = TypeVar("T", bound=Tool)
GENERIC = "generic"
LONGEST_EXAMPLE = 200_000


def kinds() -> list[tuple[str, str]]:
    """The kinds of sources there are."""
    return [(each, each.capitalize()) for each in sources]


class ToolForm(SecretForm, Generic[T]):
    """The settings of a tool that posts to us; of its secrets only new ones are taken."""

    # What is asked for the form alone.
    asked: ClassVar[Collection[str]] = ()

    def settings(self) -> dict[str, Any]:
        """What the actions are to apply."""
        told = ("name", "kind", *self.asked)
        return {name: value for name, value in self.cleaned_data.items() if name not in told}


class SourceForm(ToolForm[MonitoringSource]):
    """A source's settings; a mapping is tried on an example before it is kept."""

    asked = ("example",)
    kind = forms.ChoiceField(
        label=_("kind"),
        choices=kinds,
        help_text=_("A tool that is not listed is generic: anything that posts JSON or a form."),
    )
    example = forms.CharField(
        label=_("example"),
        required=False,
        max_length=LONGEST_EXAMPLE,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_(
            "Paste a body as the tool posts it. The mapping is tried on it, and suggested from it "
            "when you leave that empty."
        ),
    )

    class Meta:
        model = MonitoringSource
        fields = (
            "name",
            "kind",
            "is_active",
            "header_name",
            "hmac_secret",
            "mapping",
            "severity_map",
            "recovery_hold",
            "reopen_window",
            "stale_after",
            "quiet_resolve_after",
            "resolve_incidents",
            "discovers",
        )

    def clean_severity_map(self) -> Any:
        return self.cleaned_data["severity_map"] or {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") == GENERIC and "mapping" in cleaned:
            self._try_mapping(cleaned)
        return cleaned

    def _try_mapping(self, cleaned: dict[str, Any]) -> None:
        mapping, example = cleaned["mapping"] or {}, cleaned.get("example", "")
        if not example.strip():
            if mapping != self.instance.mapping or not mapping:
                self.add_error("example", _("Paste an example, so that the mapping can be tried."))
            return
        tried = Tried.of(example, mapping=cleaned["mapping"], words=cleaned.get("severity_map"))
        cleaned["mapping"] = tried.mapping
        for path, faults in tried.of_example.items():
            self.add_error("example", [f"{path}: {fault}" for fault in faults])
        for path, faults in tried.of_mapping.items():
            self.add_error("mapping", [f"{path}: {fault}" for fault in faults])


@dataclass(frozen=True)
class Tried:
    """What a mapping makes of an example; an empty one is suggested first."""

    mapping: Any
    signals: list[Signal] = field(default_factory=list)
    of_example: dict[str, list[str]] = field(default_factory=dict)
    of_mapping: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, example: str, *, mapping: Any, words: Any = None) -> Self:
        """Read the example; whatever is wrong is told, never raised."""
        try:
            payload = decoded(example.encode(), content_type="application/json")
        except Malformed as error:
            return cls(mapping, of_example={error.path: [error.message]})
        if mapping == {}:
            mapping = suggested(payload)
        known = words if isinstance(words, dict) else {}
        reading = Reading(now=timezone.now(), severity_map=known)
        trial = try_mapping(mapping, example=payload, reading=reading)
        return cls(mapping, signals=trial.signals, of_mapping=trial.errors)
