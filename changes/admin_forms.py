"""Windows, boards and templates in Django's admin; times are those of the zone they name."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from changes.actions.opening import COPIED
from changes.forms import PLAN
from changes.models import Category, Environment, TemplateVersion
from itsm.core.admin_forms import offer

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class InOwnZone(forms.ModelForm[Any]):
    """Shows and reads instants as the clocks of the record's zone say them, not the reader's."""

    environment = forms.ChoiceField(label=_l("Environment"), required=False)
    instants: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One that came with a calendar may be none of ours, and is not to be lost by a look.
        offer(self, "environment", [("", _("Every one")), *Environment.choices])
        zone = _zone(self.instance.time_zone)
        for name in self.instants:
            at = getattr(self.instance, name)
            if self.instance.pk and at is not None and zone is not None:
                self.initial[name] = at.astimezone(zone).replace(tzinfo=None)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        zone = _zone(given.get("time_zone") or self.instance.time_zone)
        for name in self.instants:
            if (at := given.get(name)) is not None and zone is not None:
                given[name] = timezone.make_naive(at).replace(tzinfo=zone)
        return given


class WindowForm(InOwnZone):
    """A window."""

    instants = ("starts_at", "ends_at")


class BoardForm(InOwnZone):
    """A board."""

    instants = ("first_at",)


OPEN_FIELDS = _l("What a change made from it may say otherwise")
WORDS = {each.name: each.label for each in PLAN}


class VersionForm(forms.ModelForm[TemplateVersion]):
    """A version of a template; of its fields those are ticked that changes may fill in anew."""

    category = forms.ChoiceField(label=_l("Category"), choices=Category.choices)
    open_fields = forms.MultipleChoiceField(
        label=OPEN_FIELDS,
        choices=[(name, WORDS[name]) for name in COPIED],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_l("The title always may be another."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.instance._state.adding:
            self.instance.editable = given.get("open_fields", [])
        return given


def repeats_in_words(rule: str) -> str:
    """How often a rule repeats, in words; a rule that is not simple as it stands."""
    if not rule:
        return _("Once")
    parts = dict(each.partition("=")[::2] for each in rule.upper().split(";"))
    words = {
        "DAILY": _("Every day"),
        "WEEKLY": _("Every week"),
        "MONTHLY": _("Every month"),
        "YEARLY": _("Every year"),
    }
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    often = words.get(parts.pop("FREQ", ""))
    days = [each for each in parts.pop("BYDAY", "").split(",") if each]
    if often is None or parts or not set(days) <= set(DAYS):
        return rule
    if not days:
        return often
    return f"{often}: {', '.join(str(names[DAYS.index(each)]) for each in days)}"


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
