"""Decision tables and substitutes, for administrators."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from itsm.approvals.conditions import why_not_valid
from itsm.approvals.models import Rule, Substitute
from itsm.approvals.quorum import Sort
from itsm.approvals.tables import tables
from itsm.approvals.wording import conditions_in_words, stages_in_words
from itsm.core.admin_forms import offer
from itsm.core.admins import ConfigurationAdmin, WordsFilter
from itsm.people.roles import Role
from itsm.tickets.desks import desks

# What the picture of a record offers to conditions.
FIELDS = (
    "type", "category", "environment", "risk_score", "risk_band", "outage_expected",
    "irreversible", "backout_tested", "service", "tier", "team", "items",
    "item", "price", "currency", "cost_centre", "kind", "audience", "language",
)  # fmt: skip
MOST_ASKED = 1000
KNOWN = {
    *("name", "users", "team", "each_member", "role", "manager"),
    *("quorum", "amount", "any_no_denies"),
    *("hours", "hours_after"),
}
MOST_HOURS = 24 * 90


class RuleForm(forms.ModelForm[Rule]):
    """Refuses conditions and stages that could not be followed."""

    kind = forms.ChoiceField(label=_("Kind of record"))
    purpose = forms.ChoiceField(label=_("What leave is asked for"))

    class Meta:
        model = Rule
        fields = (
            "name", "kind", "purpose", "order", "conditions", "outcome", "stages", "is_active",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(each, kind_words(each)) for each in desks]
        offer(self, "kind", [("", _("Choose")), *kinds])
        offer(self, "purpose", [("", _("Choose")), *tables.items()])

    def clean_conditions(self) -> Any:
        conditions = self.cleaned_data["conditions"] or []
        if wrong := why_not_valid(conditions, fields=FIELDS):
            raise forms.ValidationError(wrong)
        return conditions

    def clean_stages(self) -> Any:
        stages = self.cleaned_data["stages"] or []
        if not isinstance(stages, list) or not all(isinstance(each, dict) for each in stages):
            raise forms.ValidationError("Give a list of stages.")
        for each in stages:
            if unknown := set(each) - KNOWN:
                raise forms.ValidationError(f"A stage has no {', '.join(sorted(unknown))}.")
            if each.get("quorum", "first") not in list(Sort):
                raise forms.ValidationError(f"The quorum is one of {', '.join(Sort)}.")
            if not {"users", "team", "role", "manager"} & set(each):
                raise forms.ValidationError("A stage names users, a team, a role or a manager.")
            if wrong := _wrong_value_in(each):
                raise forms.ValidationError(wrong)
        return stages


def _wrong_value_in(stage: dict[str, Any]) -> str:
    users, amount = stage.get("users", []), stage.get("amount", 1)
    if not isinstance(users, list) or not all(isinstance(each, str) for each in users):
        return "The users are a list of user names."
    if type(amount) is not int or not 0 <= amount <= MOST_ASKED:
        return f"The amount is a whole number from 0 to {MOST_ASKED}."
    for name, least in (("hours", 1), ("hours_after", 0)):
        hours = stage.get(name, 1)
        if type(hours) is not int or not least <= hours <= MOST_HOURS:
            return f"Of {name} give a whole number from {least} to {MOST_HOURS}."
    if not isinstance(stage.get("team", ""), str) or stage.get("manager", True) is not True:
        return "The team is a short name, and of manager give true."
    if stage.get("role", Role.MANAGER) not in Role.values:
        return f"The role is one of {', '.join(Role.values)}."
    return ""


def kind_words(kind: str) -> str:
    return str(capfirst(str(desks[kind].noun))) if kind in desks else kind


def leave_words(purpose: str) -> str:
    return str(tables[purpose]) if purpose in tables else purpose


class KindFilter(WordsFilter):
    """The kinds there are rules of."""

    def words(self, value: str) -> str:
        return kind_words(value)


class LeaveFilter(WordsFilter):
    """What leave there are rules for."""

    def words(self, value: str) -> str:
        return leave_words(value)


@admin.register(Rule)
class RuleAdmin(ConfigurationAdmin[Rule]):
    form = RuleForm
    list_display = ("name", "of_kind", "leave", "order", "outcome", "is_active")
    list_filter = (("kind", KindFilter), ("purpose", LeaveFilter), "is_active")
    search_fields = ("name",)
    readonly_fields = ("fits", "asks")
    helps: ClassVar[Mapping[str, Any]] = {
        "order": _("The lowest number is asked first."),
        "conditions": _(
            'Such as [{"field": "risk_band", "op": "in", "value": ["high"]}]; all must hold.'
            " Without any it always fits. An op is is, is_not, in, at_least, at_most or has."
        ),
    }

    @admin.display(description=_("kind of record"), ordering="kind")
    def of_kind(self, rule: Rule) -> str:
        return kind_words(rule.kind)

    @admin.display(description=_("what leave is asked for"), ordering="purpose")
    def leave(self, rule: Rule) -> str:
        return leave_words(rule.purpose)

    def get_fields(self, _request: HttpRequest, obj: Rule | None = None) -> tuple[str, ...]:
        first, second = (("fits",), ("asks",)) if obj else ((), ())
        said = ("name", "kind", "purpose", "order", *first, "conditions")
        return (*said, "outcome", *second, "stages", "is_active")

    @admin.display(description=_("fits"))
    def fits(self, rule: Rule) -> str:
        return conditions_in_words(rule.conditions)

    @admin.display(description=_("who is asked"))
    def asks(self, rule: Rule) -> str:
        if rule.outcome != Rule.Outcome.ASK:
            return gettext("Nobody")
        lines = stages_in_words(rule.stages)
        usual = gettext("Whom the process names, or process managers.")
        return format_html_join(mark_safe("<br>"), "{}", ((each,) for each in lines)) or usual


@admin.register(Substitute)
class SubstituteAdmin(ConfigurationAdmin[Substitute]):
    list_display = ("principal", "substitute", "starts_on", "ends_on")
    list_select_related = ("principal", "substitute")
    autocomplete_fields = ("principal", "substitute")
    helps: ClassVar[Mapping[str, Any]] = {
        "principal": _("Who is away."),
        "substitute": _("Who decides meanwhile."),
    }
