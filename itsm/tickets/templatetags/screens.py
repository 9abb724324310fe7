"""The small parts pages are made of, in Python because a page shows hundreds of them."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context, Engine, Node
from django.template.base import FilterExpression, Parser, TextNode, Token
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from itsm.core.bundles import path_of_bundle
from itsm.core.markup import escape, marked_safe
from itsm.core.verbs import verbs
from itsm.people.models import User
from itsm.tickets.desks import address_of
from itsm.tickets.models import Priority, Ticket
from itsm.tickets.presence import Present
from itsm.tickets.workflow import workflows

register = template.Library()

PHASE_ICONS = {
    "new": "circle-dashed",
    "active": "circle-dot",
    "waiting": "circle-pause",
    "resolved": "circle-check",
    "closed": "circle-check-big",
}
MINUTE, HOUR, DAY = 60, 3600, 86400


@cache
def _drawings() -> ZipFile:
    """All icons there are, opened once: the package itself opens them anew for each."""
    return ZipFile(io.BytesIO(files("lucide").joinpath("lucide.zip").read_bytes()))


@cache
def icon(name: str, css: str = "") -> SafeString:
    """A Lucide icon, inline and hidden from screen readers: the words beside it say it all."""
    drawing = ElementTree.fromstring(_drawings().read(f"{name}.svg"))  # noqa: S314 a package's own
    shapes = "".join(
        f"<{node.tag.rpartition('}')[2]} "
        + " ".join(f'{key}="{escape(value)}"' for key, value in node.items())
        + "/>"
        for node in drawing
    )
    classes = escape(f"icon {css}".strip())
    return marked_safe(
        f'<svg class="{classes}" viewBox="0 0 24 24" aria-hidden="true">{shapes}</svg>'
    )


@register.tag("icon")
def icon_tag(parser: Parser, token: Token) -> Node:
    """An icon in a template; one that is always the same is drawn when the template is read."""
    words = [parser.compile_filter(each) for each in token.split_contents()[1:]]
    if all(isinstance(each.var, str) and not each.filters for each in words):
        return TextNode(icon(*(str(each.var) for each in words)))
    return IconNode(words)


class IconNode(Node):
    """An icon that depends on what is shown."""

    def __init__(self, words: Sequence[FilterExpression]) -> None:
        self.words = words

    def render(self, context: Context) -> SafeString:
        return icon(*(str(each.resolve(context)) for each in self.words))


@register.simple_tag
def kept(name: str) -> SafeString:
    """A template that says the same to everybody, drawn once for each language."""
    return _kept(name, get_language())


@cache
def _kept(name: str, _language: str | None) -> SafeString:
    return Engine.get_default().get_template(name).render(Context())


@register.filter
def verb_words(name: str) -> str:
    """What a verb is called where people choose it; its name where it is known no more."""
    return str(verbs[name].label) if name in verbs else name


@register.filter
def ago(instant: datetime | None) -> SafeString:
    """An instant as people say it, the exact one on hover."""
    if instant is None:
        return marked_safe("")
    # As every language reads it; Django's own date formats cost more than the rest of a row.
    exact = timezone.localtime(instant).strftime("%Y-%m-%d %H:%M %Z")
    past = (timezone.now() - instant).total_seconds()
    said = escape(_ahead(-past) if past <= -MINUTE else _relative(past))
    at = instant.isoformat(timespec="seconds")
    return marked_safe(f'<time datetime="{at}" title="{escape(exact)}" data-ago>{said}</time>')


def _relative(seconds: float) -> str:
    if seconds < MINUTE:
        return _("now")
    if seconds < HOUR:
        return _("%(count)dm ago") % {"count": seconds // MINUTE}
    if seconds < DAY:
        return _("%(count)dh ago") % {"count": seconds // HOUR}
    if seconds < 30 * DAY:
        return _("%(count)dd ago") % {"count": seconds // DAY}
    if seconds < 365 * DAY:
        return _("%(count)dmo ago") % {"count": seconds // (30 * DAY)}
    return _("%(count)dy ago") % {"count": seconds // (365 * DAY)}


def _ahead(seconds: float) -> str:
    if seconds < HOUR:
        return _("in %(count)dm") % {"count": seconds // MINUTE}
    if seconds < DAY:
        return _("in %(count)dh") % {"count": seconds // HOUR}
    return _("in %(count)dd") % {"count": seconds // DAY}


NUMBER = re.compile(r"\b[A-Z]{2,6}-\d+\b")


@register.filter
def unbroken(text: str) -> SafeString:
    """A title whose numbers of records stay in one line each."""
    return marked_safe(NUMBER.sub(r'<span class="number">\g<0></span>', escape(text)))


@register.filter
def by_slashes(address: str) -> SafeString:
    """An address that goes on in the next line where a part of it ends."""
    return marked_safe(escape(address).replace("/", "/<wbr>"))


@register.filter
def avatar(user: User | Present | None, css: str = "") -> SafeString:
    """Two letters in a circle; the name stands beside it, so screen readers skip it."""
    if user is None:
        return _circle("·", f"{css} is-nobody")
    if user.is_bot:
        return _circle("⚙", f"{css} is-bot")
    return _circle(initials(user), css)


@lru_cache(maxsize=2000)
def _circle(letters: str, css: str) -> SafeString:
    return format_html(
        '<span class="{}" aria-hidden="true">{}</span>', f"avatar {css}".strip(), letters
    )


def initials(user: User | Present) -> str:
    """The first letters of the first and last name."""
    words = (user.name or user.username).split()
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else words[0][1:2])) if words else "?"


@register.simple_tag
def avatars(people: Sequence[User], most: int = 4) -> SafeString:
    """Several people in little room; who they are is said on hover and to screen readers."""
    shown = format_html_join("", "{}", ((avatar(each, "is-l"),) for each in people[:most]))
    more = len(people) - most
    return format_html(
        '<span class="avatar-stack" role="img" aria-label="{0}" title="{0}">{1}{2}</span>',
        ", ".join(str(each) for each in people),
        shown,
        format_html('<span class="more" aria-hidden="true">+{}</span>', more) if more > 0 else "",
    )


@register.filter
def priority_badge(ticket: Ticket) -> SafeString:
    """P1 to P5, in its colour, with the word for those who ask."""
    return _priority(ticket.priority, get_language())


@cache
def _priority(level: int, _language: str | None) -> SafeString:
    return format_html(
        '<span class="badge is-priority is-p{0}" title="{1}">P{0}</span>',
        level,
        PRIORITY_LABELS[level],
    )


PRIORITY_LABELS = dict(Priority.choices)


@register.filter
def state_badge(ticket: Ticket) -> SafeString:
    """The state in words, with the icon and colour of its phase."""
    return state_of(ticket.kind, ticket.state, ticket.phase, get_language())


@cache
def state_of(kind: str, state: str, phase: str, _language: str | None) -> SafeString:
    """The badge of a state of a kind."""
    return format_html(
        '<span class="badge is-{}">{}{}</span>',
        phase,
        icon("circle-slash" if state == "canceled" else PHASE_ICONS[phase]),
        workflows[kind].label_of(state),
    )


@register.filter
def page(ticket: Ticket) -> str:
    """The address of the ticket's page."""
    return address_of(ticket)


@register.filter
def capped(count: int, most: int = 100) -> str:
    """A count that was not counted to its end: 99+."""
    return f"{most - 1}+" if count >= most else str(count)


@register.filter
def bytes_short(size: int) -> str:
    """A file size in two digits."""
    if size < 1000:
        return ngettext("%(count)d byte", "%(count)d bytes", size) % {"count": size}
    if size < 1_000_000:
        return _("%(count)d kB") % {"count": round(size / 1000)}
    return _("%(count).1f MB") % {"count": size / 1_000_000}


@register.simple_tag
def sparkline(values: Sequence[float | None]) -> SafeString:
    """A small curve of numbers over time, open where there is none; words beside it say more."""
    most = max((each for each in values if each is not None), default=0) or 1
    step = 100 / max(len(values) - 1, 1)
    pieces: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append((place * step, 30 - 28 * value / most))
    return format_html(
        '<svg class="sparkline" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>",
        format_html_join("", "{}", ((_piece(each),) for each in pieces if each)),
    )


def _piece(points: list[tuple[float, float]]) -> SafeString:
    """What stands between two gaps; a point alone becomes a short line."""
    if len(points) == 1:
        ((x, y),) = points
        points = [(max(x - 1, 0), y), (min(x + 1, 100), y)]
    return format_html(
        '<polygon points="{0},30 {1} {2},30"/><polyline points="{1}"/>',
        f"{points[0][0]:.1f}",
        " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        f"{points[-1][0]:.1f}",
    )


@register.simple_tag
def bars(values: Sequence[int]) -> SafeString:
    """A bar for each number; the numbers beside it say what they mean."""
    most = max(values, default=0) or 1
    drawn = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="8" height="{}" rx="1"/>',
        (
            ("" if value else "is-none", place * 10, 40 - height, height)
            for place, value in enumerate(values)
            for height in (max(1, round(40 * value / most)),)
        ),
    )
    return format_html(
        '<svg class="bars" viewBox="0 0 {} 40" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>",
        len(values) * 10 - 2,
        drawn,
    )


@register.simple_tag
def heat_strip(marks: Sequence[str]) -> SafeString:
    """One small field a day, in its colour; words beside it say the same."""
    fields = format_html_join(
        "",
        '<rect class="{}" x="{}" y="0" width="10" height="28" rx="2"/>',
        ((mark, place * 12) for place, mark in enumerate(marks)),
    )
    return format_html(
        '<svg class="heat" viewBox="0 0 {} 28" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>",
        len(marks) * 12 - 2,
        fields,
    )


@register.simple_tag(takes_context=True)
def script(context: dict[str, Any], entry: str) -> SafeString:
    """The script of the page, with all its modules in it."""
    nonce = conditional_escape(getattr(context.get("request"), "csp_nonce", ""))
    return format_html(
        '<script type="module" nonce="{}" src="{}"></script>',
        nonce,
        staticfiles_storage.url(path_of_bundle(entry)),
    )
