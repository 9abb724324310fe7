"""The entries of a calendar, in Python because a page shows hundreds of them."""

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from changes.calendar import Slot
from changes.desk import desk
from itsm.tickets.templatetags.screens import icon

register = template.Library()

ICONS = {"freeze": "snowflake", "maintenance": "wrench"}


@register.filter
def entry(slot: Slot) -> SafeString:
    """A change as a link that can be moved, a freeze or a window as a text."""
    found = slot.entry
    when = _lasting(slot)
    begins = format_html('<span class="slot-at">{}</span> ', slot.begins) if slot.begins else ""
    if not found.is_change:
        return format_html(
            '<span class="slot is-{0}" title="{1}: {2}">{3}<span class="slot-words">{4}{5}'
            '</span><span class="sr">, {1}, {2}</span></span>',
            found.mark, found.words, when, icon(ICONS[found.sort], "icon-s"), begins, found.title,
        )  # fmt: skip
    return format_html(
        '<a class="slot is-{0}{1}" href="{2}"{3} title="{4} {5}: {6}, {7}">{8}'
        '<span class="slot-words">{9}<span class="slot-number">{4}</span> {5}</span>'
        '<span class="sr">, {7}, {6}</span></a>',
        found.mark, " is-urgent" if found.is_urgent else "",
        desk.address_of(found.number), _handle(slot), found.number, found.title, found.words, when,
        icon("siren", "icon-s") if found.is_urgent else "", begins,
    )  # fmt: skip


def _handle(slot: Slot) -> SafeString | str:
    """What dragging needs to know of a change that may be moved."""
    found = slot.entry
    if not found.may_move:
        return ""
    return format_html(
        ' data-move="{0}move/" data-fits="{0}fits/" data-number="{1}" data-version="{2}"'
        ' aria-keyshortcuts="{3}"',
        desk.address_of(found.number),
        found.number,
        found.version,
        "Shift+ArrowLeft Shift+ArrowRight Shift+ArrowUp Shift+ArrowDown",
    )


def _lasting(slot: Slot) -> str:
    start, end = (timezone.localtime(each) for each in (slot.entry.span.start, slot.entry.span.end))
    if start.date() == end.date():
        return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M}"
    return _("%(start)s to %(end)s") % {
        "start": f"{start:%Y-%m-%d %H:%M}",
        "end": f"{end:%Y-%m-%d %H:%M}",
    }
