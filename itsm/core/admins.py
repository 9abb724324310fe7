"""What the rooms' admins are made of: rows only looked at, and configuration told of by events."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import ForeignKey, JSONField, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from itsm.core import configuration, deletions
from itsm.core.crypto import EncryptedTextField
from itsm.core.reading import read
from itsm.core.whereabouts import is_shown, page_of

M = TypeVar("M", bound=Model)
NOTHING_CHOSEN = (("", _("Choose")),)


class WhetherFilter(admin.EmptyFieldListFilter):
    """Whether there is anything in a field, asked as a question."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        words = (_("All"), _("No"), _("Yes"))
        for choice, word in zip(super().choices(changelist), words, strict=True):
            count = str(choice["display"]).rpartition("(")[2] if changelist.add_facets else ""
            yield {**choice, "display": f"{word} ({count}" if count.endswith(")") else word}


class WordsFilter(admin.AllValuesFieldListFilter):
    """The values there are, said in words instead of the names they are kept by."""

    def words(self, value: str) -> str:
        """What a value is called."""
        raise NotImplementedError

    def choices(self, changelist: Any) -> Iterator[Any]:
        every, *found = super().choices(changelist)
        yield every
        for choice in found:
            value, space, count = str(choice["display"]).partition(" (")
            yield {**choice, "display": self.words(value) + space + count}


class PlainAdmin(admin.ModelAdmin[M], Generic[M]):
    """Says in words that nothing is chosen; who only looks reads no JSON and is led to records."""

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return fieldsets
        columns = {each.name: each for each in self.model._meta.concrete_fields}
        kept = {name: each for name, each in columns.items() if _is_told(each)}
        return [
            (title, {**facts, "fields": [_as_read(each, kept) for each in facts["fields"]]})
            for title, facts in fieldsets
        ]

    def get_action_choices(
        self, request: HttpRequest, default_choices: Any = NOTHING_CHOSEN
    ) -> list[tuple[str, str]]:
        return super().get_action_choices(request, list(default_choices))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        word = _("Choose") if field is not None and field.required else _("None")
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = word if field.empty_label else None
        elif isinstance(field, forms.ChoiceField):
            offered: Any = field.choices
            field.choices = [(each, word if each == "" else name) for each, name in offered]
        return field


class SecretiveAdmin(PlainAdmin[M], Generic[M]):
    """Leaves secrets out for who only looks: without a form Django would print them plainly.

    ``helps`` says beneath a field what the model does not; of ``chosen``, lists of words that are
    kept as JSON, each word is a box to tick.
    """

    helps: ClassVar[Mapping[str, Any]] = {}
    chosen: ClassVar[Mapping[str, Sequence[tuple[str, Any]]]] = {}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        given = {"label": capfirst(db_field.verbose_name), "required": not db_field.blank}
        if db_field.name in self.chosen:
            words = forms.MultipleChoiceField(
                choices=self.chosen[db_field.name], widget=forms.CheckboxSelectMultiple, **given
            )
            words.help_text = self.helps.get(db_field.name, "")
            return words
        if db_field.name == "time_zone":
            zones = [(each, each.replace("_", " ")) for each in sorted(available_timezones())]
            return forms.ChoiceField(choices=zones, initial=db_field.get_default(), **given)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in self.helps:
            field.help_text = self.helps[db_field.name]
        return field

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        return self.shown_to(request, obj, super().get_fieldsets(request, obj))

    def shown_to(self, request: HttpRequest, obj: M | None, fieldsets: Any) -> Any:
        """The fieldsets, without secrets unless this person may change them."""
        if self.has_change_permission(request, obj):
            return fieldsets
        columns = self.model._meta.concrete_fields
        secrets = {each.name for each in columns if isinstance(each, EncryptedTextField)}
        return [
            (title, {**facts, "fields": [each for each in facts["fields"] if each not in secrets]})
            for title, facts in fieldsets
        ]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """What was changed is told by the audit, not by Django's log of the admin alone."""
        asked = urlencode({"what": self.opts.model_name, "record": object_id})
        return redirect(f"{reverse('admin:audit')}?{asked}")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What would go along, and what stands against it, in order."""
        return deletions.told_of(list(objs), request=request, site=self.admin_site)


class ConfigurationAdmin(SecretiveAdmin[M], Generic[M]):
    """What administrators set: each change is one event that says who changed what, and how."""

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: Any) -> None:
        # The form goes on to save_related, where it is known what the record has become.
        form.picture = self._picture(obj) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm[M], formsets: Any, change: Any
    ) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            before: configuration.Picture = getattr(form, "picture")  # noqa: B009 ours, see above
            configuration.note_change(form.instance, before=before, actor=request.user)
        else:
            configuration.note_addition(form.instance, actor=request.user)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: M) -> None:
        configuration.note_removal(obj, actor=request.user)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        for each in queryset:
            configuration.note_removal(each, actor=request.user)
        super().delete_queryset(request, queryset)

    def _picture(self, obj: M) -> configuration.Picture:
        return configuration.picture_of(self.model._default_manager.get(pk=obj.pk))


class ReadOnlyAdmin(PlainAdmin[Any]):
    """Rows that are looked at here and made elsewhere."""

    show_full_result_count = False
    change_form_template = "admin/read_only.html"

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Whether this person may have something tried again; auditors only look."""
        return bool(request.user.has_perm("config.edit"))

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False


def _is_told(column: Any) -> bool:
    if isinstance(column, ForeignKey):
        return is_shown(column.related_model)
    return isinstance(column, JSONField)


def _as_read(name: Any, kept: Mapping[str, Any]) -> Any:
    if name not in kept:
        return name

    @admin.display(description=kept[name].verbose_name)
    def shown(record: Model) -> str:
        value = getattr(record, name)
        if isinstance(value, Model):
            return format_html('<a href="{}">{}</a>', page_of(value), value)
        return read(value)

    shown.__name__ = name
    return shown
