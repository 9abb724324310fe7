"""What the administration calls things can be said in every language."""

from collections.abc import Iterator

from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.db.models import Model
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.functional import Promise

from itsm.people.models import User


def _shown(request: HttpRequest, model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """What the pages of a model name, of the models within it too."""
    page = admin.site._registry[model]
    for record in (None, model()):
        listed = [*page.get_list_display(request), *page.get_readonly_fields(request, record)]
        yield from ((model, str(each)) for each in listed)
        yield from ((model, each) for each in flatten(page.get_fields(request, record)))
    for inline in page.inlines:
        within = inline(model, admin.site)
        yield from ((within.model, each) for each in flatten(within.get_fields(request, None)))


def _names(model: type[Model], shown: set[str]) -> Iterator[tuple[str, object]]:
    yield "in its room", model._meta.app_config and model._meta.app_config.verbose_name
    yield "by itself", model._meta.verbose_name
    yield "of several", model._meta.original_attrs.get("verbose_name_plural")
    for field in (*model._meta.fields, *model._meta.many_to_many):
        if field.name in shown and not field.auto_created:
            yield field.name, field.verbose_name


def test_every_name_of_a_model_and_of_a_field_can_be_translated(
    rf: RequestFactory, dana: User
) -> None:
    request = rf.get("/admin/")
    request.user = dana
    shown: dict[type[Model], set[str]] = {}
    for registered in admin.site._registry:
        for model, name in _shown(request, registered):
            shown.setdefault(model, set()).add(name)

    unmarked = [
        f"{model._meta.label} {what}"
        for model, fields in shown.items()
        for what, name in _names(model, fields)
        if not isinstance(name, Promise)
    ]

    assert len(shown) > 40
    assert unmarked == []
