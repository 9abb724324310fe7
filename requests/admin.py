"""Categories of the catalogue and the systems its steps call, for administrators."""

from typing import Any

from django import forms
from django.contrib import admin

from itsm.core.admins import ConfigurationAdmin
from requests.models import Category, Target


class TargetForm(forms.ModelForm[Target]):
    """Takes a new token and shows none: left empty, the one there is stays."""

    secret = forms.CharField(
        required=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    address = forms.URLField(max_length=300, assume_scheme="https")

    class Meta:
        model = Target
        fields = ("slug", "name", "address", "secret", "knows_keys")

    def clean_secret(self) -> Any:
        return self.cleaned_data["secret"] or self.instance.secret


@admin.register(Target)
class TargetAdmin(ConfigurationAdmin[Target]):
    form = TargetForm
    list_display = ("name", "slug", "address", "knows_keys")
    search_fields = ("name", "slug")


@admin.register(Category)
class CategoryAdmin(ConfigurationAdmin[Category]):
    list_display = ("name", "slug", "position")
    search_fields = ("name", "slug")
