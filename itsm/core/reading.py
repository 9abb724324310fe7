"""What is kept as JSON, as people read it: names beside their values, and lists."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

NOTHING = "-"
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
