"""Filling in the forms of Django's admin as a browser would."""

from collections.abc import Iterator
from typing import Any


def filled(context: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would post of the page's form, with these fields filled in otherwise."""
    posted = dict(_of_form(context["adminform"].form))
    for inline in context["inline_admin_formsets"]:
        posted |= dict(_of_form(inline.formset.management_form))
        for form in inline.formset.initial_forms:
            posted |= dict(_of_form(form))
    return posted | changes


def _of_form(form: Any) -> Iterator[tuple[str, Any]]:
    for bound in form:
        value = bound.value()
        if value is None or value is False or getattr(bound.field, "disabled", False):
            continue
        widgets = getattr(bound.field.widget, "widgets", None)
        if widgets and not isinstance(value, list):
            for name, each in zip(
                bound.field.widget.widgets_names, bound.field.widget.decompress(value), strict=True
            ):
                yield bound.html_name + name, each or ""
        else:
            yield bound.html_name, value
