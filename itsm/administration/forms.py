"""What is asked on the pages of administration."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from itsm.administration.audit import audited, noun_of
from itsm.people.models import User
from itsm.people.selectors import administrators

MOST_CHARACTERS = 2_000_000


def _whats() -> list[tuple[str, str]]:
    return [
        ("", str(_("Everything"))),
        *((name, noun_of(each)) for name, each in audited().items()),
    ]


class AuditForm(forms.Form):
    """Which changes are looked for."""

    who = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.none(), required=False, empty_label=_("Anybody")
    )
    what = forms.ChoiceField(label=_("What"), choices=_whats, required=False)
    words = forms.CharField(label=_("Named"), required=False, max_length=100)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    record = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1
    )
    before = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who: Any = self.fields["who"]
        who.queryset = administrators()

    def clean_words(self) -> str:
        return str(self.cleaned_data["words"]).replace("\0", "")


class ImportForm(forms.Form):
    """A table to be taken in: a file, or its text."""

    file = forms.FileField(
        label=_("File"), required=False, help_text=_("CSV, as every spreadsheet saves it.")
    )
    text = forms.CharField(
        label=_("or its text"),
        required=False,
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file is not None:
            cleaned["text"] = _decoded(file.read(MOST_CHARACTERS + 1))
        if not str(cleaned.get("text") or "").strip():
            raise forms.ValidationError(_("Choose a file, or paste the table."))
        if "\0" in cleaned["text"] or len(cleaned["text"]) > MOST_CHARACTERS:
            raise forms.ValidationError(_("This is no table, or too large a one."))
        return cleaned


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")
