"""Decision tables and substitutes, for administrators."""

from typing import Any

from django import forms
from django.contrib import admin

from itsm.approvals.conditions import why_not_valid
from itsm.approvals.models import Rule, Substitute
from itsm.approvals.quorum import Sort
from itsm.core.admins import ConfigurationAdmin

# What the picture of a record offers to conditions.
FIELDS = (
    "type", "category", "environment", "risk_score", "risk_band", "outage_expected",
    "irreversible", "backout_tested", "service", "tier", "team", "items",
)  # fmt: skip
KNOWN = {"name", "users", "team", "each_member", "role", "quorum", "amount", "any_no_denies"}


class RuleForm(forms.ModelForm[Rule]):
    """Refuses conditions and stages that could not be followed."""

    class Meta:
        model = Rule
        fields = (
            "name", "kind", "purpose", "order", "conditions", "outcome", "stages", "is_active",
        )  # fmt: skip

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
            if each.get("quorum", "first") not in set(Sort):
                raise forms.ValidationError(f"The quorum is one of {', '.join(Sort)}.")
            if not {"users", "team", "role"} & set(each):
                raise forms.ValidationError("A stage names users, a team or a role.")
        return stages


@admin.register(Rule)
class RuleAdmin(ConfigurationAdmin[Rule]):
    form = RuleForm
    list_display = ("name", "kind", "purpose", "order", "outcome", "is_active")
    list_filter = ("kind", "purpose", "is_active")
    search_fields = ("name",)


@admin.register(Substitute)
class SubstituteAdmin(ConfigurationAdmin[Substitute]):
    list_display = ("principal", "substitute", "starts_on", "ends_on")
    list_select_related = ("principal", "substitute")
    autocomplete_fields = ("principal", "substitute")
