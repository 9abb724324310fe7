"""Categories of the catalogue and the systems its steps call, for administrators."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

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
    helps: ClassVar[Mapping[str, Any]] = {
        "slug": _("By this name steps call it."),
        "knows_keys": _("Then a call whose answer was lost is made again; else a person looks."),
    }


@admin.register(Category)
class CategoryAdmin(ConfigurationAdmin[Category]):
    list_display = ("name", "slug", "position")
    search_fields = ("name", "slug")
    helps: ClassVar[Mapping[str, Any]] = {
        "icon": _("Name of a picture of Lucide, such as package or laptop."),
        "position": _("The lowest number stands first."),
    }
