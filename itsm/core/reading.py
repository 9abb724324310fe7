"""What is kept as JSON, as people read it: names beside their values, lists, and comparisons."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

NOTHING = "-"
# How conditions compare, whichever room keeps them.
OPERATORS: Mapping[str, Any] = {
    "is": _l("is"),
    "is_not": _l("is not"),
    "in": _l("is one of"),
    "not_in": _l("is none of"),
    "at_least": _l("is at least"),
    "at_most": _l("is at most"),
    "has": _l("has in it"),
    "has_not": _l("does not have in it"),
    "has_any": _l("has any of"),
    "starts": _l("begins with"),
    "ends": _l("ends with"),
    "is_empty": _l("is empty"),
    "is_filled": _l("is not empty"),
}
# In these each value is what it was and what it became.
TURNS = ("diff", "changes")


def read(value: Any) -> SafeString | str:
    """The value as a list of names and values, as a list, or as a word."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, dict):
        rows = ((name, _beneath(name, each)) for name, each in value.items())
        return format_html(
            '<dl class="told">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows)
        )
    if not isinstance(value, list):
        return str(value)
    if not any(isinstance(each, dict | list) for each in value):
        return ", ".join(str(read(each)) for each in value)
    lines = ((read(each),) for each in value)
    return format_html('<ul class="told-list">{}</ul>', format_html_join("", "<li>{}</li>", lines))


def _beneath(name: str, value: Any) -> SafeString | str:
    if name not in TURNS or not isinstance(value, dict):
        return read(value)
    return read({each: _turn(sides) for each, sides in value.items()})


def _turn(sides: Any) -> Any:
    if not isinstance(sides, list) or len(sides) != 2:
        return sides
    return format_html("{} → {}", *map(read, sides))
