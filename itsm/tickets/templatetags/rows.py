"""Lines of which a page shows many; in Python, because as templates they cost more than reading."""

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.template import Context, Engine
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from itsm.core.markup import escape, marked_safe
from itsm.tickets.days import Run
from itsm.tickets.desks import address_of
from itsm.tickets.entries import Change, Entry
from itsm.tickets.models import Attachment, Comment, Ticket
from itsm.tickets.prose import prose
from itsm.tickets.templatetags.screens import (
    ago,
    avatar,
    bytes_short,
    icon,
    priority_badge,
    state_badge,
)

register = template.Library()
register.filter("prose", prose)


@register.filter
def brief(ticket: Ticket, part: str) -> SafeString:
    """One line of a short list; ``part`` tells apart the lists a ticket may stand in."""
    return _brief(ticket, part, ago(ticket.opened_at))


@register.simple_tag
def planned(ticket: Ticket, start: datetime | None) -> SafeString:
    """One line of what is planned, with when it begins instead of how old it is."""
    if start is None:
        return _brief(ticket, "change", f"<time>{escape(_('no time yet'))}</time>")
    local = timezone.localtime(start)
    said = f"{date_format(local, 'D j M')}, {date_format(local, 'TIME_FORMAT')}"
    return _brief(ticket, "change", f'<time datetime="{start.isoformat()}">{escape(said)}</time>')


def _brief(ticket: Ticket, part: str, at: str) -> SafeString:
    number = escape(ticket.number)
    return marked_safe(
        f'<li class="row is-dash" id="{escape(part)}-{number}" data-number="{number}"'
        f' data-version="{ticket.version}">{priority_badge(ticket)}'
        f'<span class="number">{number}</span><span class="what"><a class="title clip"'
        f' href="{escape(address_of(ticket))}">{escape(ticket.title)}</a></span>'
        f'<span class="service clip">{escape(ticket.service or "")}</span>'
        f'<span class="state">{state_badge(ticket)}</span>{at}</li>'
    )


@register.filter
def moment(entry: Entry, face: str = "") -> SafeString:
    """One entry of a timeline: what was said, or what was done; ``bare`` where it is only cited."""
    comment = entry.moment.comment
    tools = "" if face == "bare" else _tools(entry)
    inside = _done(entry, tools) if comment is None else _said(entry, comment, tools)
    place = "" if face == "bare" else f' id="event-{entry.moment.event.pk}"'
    pinned = " is-pinned" if entry.is_pinned else ""
    return marked_safe(
        f'<li class="moment{"" if comment is None else " is-said"}{pinned}"{place}>{inside}</li>'
    )


@register.filter
def item(each: Entry | Run) -> SafeString:
    """An entry, or a run of small ones behind one line."""
    if isinstance(each, Entry):
        return moment(each)
    count = len(each.entries)
    words = ngettext("%(count)d change", "%(count)d changes", count) % {"count": count}
    inside = "".join(moment(entry) for entry in each.entries)
    return marked_safe(
        f'<li class="run" id="run-{each.key}"><details><summary><span class="mark">'
        f'{icon("chevrons-down-up")}</span><span class="told">{escape(words)}'
        f'<span class="who">{_actors(each)}</span></span></summary><ol>{inside}</ol></details></li>'
    )


def _actors(run: Run) -> str:
    names = dict.fromkeys(str(each.moment.event.actor or _("Steady")) for each in run.entries)
    return escape(", ".join(names))


@register.filter
def key_moment(entry: Entry) -> SafeString:
    """One key moment in one line, with the way to its place in the timeline."""
    comment, event = entry.moment.comment, entry.moment.event
    words = comment.body if comment else _words(entry)
    tool = ""
    if entry.may_pin:
        tool = (
            f'<button class="tool" form="pins" name="unpin" value="{event.pk}">'
            f'{icon("pin-off", "icon-s")}<span class="sr">{escape(_("Unpin"))}</span></button>'
        )
    return marked_safe(
        f"<li>{ago(entry.moment.at)}<strong>{escape(event.actor or _('Steady'))}</strong>"
        f'<a class="grow clip" href="{_permalink(entry)}">{_short(" ".join(words.split()), 160)}'
        f"</a>{tool}</li>"
    )


def _permalink(entry: Entry) -> str:
    pk = entry.moment.event.pk
    return escape(f"{entry.address}?at={pk}#event-{pk}")


def _tools(entry: Entry) -> str:
    pk = entry.moment.event.pk
    told = escape(_("Link to this entry"))
    link = (
        f'<a class="tool" href="{_permalink(entry)}" data-copy-link title="{told}">'
        f'{icon("link", "icon-s")}<span class="sr">{told}</span></a>'
    )
    if not entry.may_pin:
        return f'<span class="tools">{link}</span>'
    name, drawing, words = ("pin", "pin", _("Pin to the key moments"))
    if entry.is_pinned:
        name, drawing, words = ("unpin", "pin-off", _("Unpin"))
    return (
        f'<span class="tools">{link}<button class="tool" form="pins" name="{name}" value="{pk}"'
        f' title="{escape(words)}">{icon(drawing, "icon-s")}'
        f'<span class="sr">{escape(words)}</span></button></span>'
    )


def _said(entry: Entry, comment: Comment, tools: str) -> str:
    face = " is-mine" if entry.is_mine else ""
    sort = f"<span>{escape(_('replied'))}</span>"
    if not comment.public:
        face = " is-note"
        sort = f'<span class="cluster">{icon("lock", "icon-s")}{escape(_("internal note"))}</span>'
    actor = entry.moment.event.actor
    files = "".join(attached(each) for each in entry.moment.attachments)
    return (
        f'<span class="mark">{avatar(actor, "is-l")}</span><article class="bubble{face}"><header>'
        f"<strong>{escape(actor)}</strong>{sort}{_behind(entry)}{tools}"
        f"{ago(entry.moment.at)}</header>"
        f'<div class="said prose">{prose(comment.body)}</div>'
        + (f'<p class="files">{files}</p>' if files else "")
        + "</article>"
    )


def _done(entry: Entry, tools: str) -> str:
    return (
        f'<span class="mark">{icon(entry.icon)}</span><div><p class="told">'
        f"<strong>{escape(entry.moment.event.actor or _('Steady'))}</strong>"
        f" {_words(entry)}{_behind(entry)} {ago(entry.moment.at)}{tools}</p>"
        f"{_changed(entry.changes)}</div>"
    )


def _behind(entry: Entry) -> str:
    """What brought it about, where that was a program, with the way there."""
    told = []
    for each in entry.behind:
        words = f"{icon(each.icon, 'icon-s')}{escape(each.words)}"
        way = f' href="{escape(each.address)}"' if each.address else ""
        told.append(f"<a{way}>{words}</a>" if way else f"<span>{words}</span>")
    return f' <span class="behind">{" ".join(told)}</span>' if told else ""


def _words(entry: Entry) -> str:
    template = Engine.get_default().get_template(entry.template)
    return str(template.render(Context({"entry": entry}))).strip()


def _changed(changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    told = "".join(
        f"<span>{escape(each.label)}{_before(each)} <b>{_short(each.after, 80)}</b></span>"
        for each in changes
    )
    return f'<p class="changes">{told}</p>'


def _before(change: Change) -> str:
    return f" <s>{_short(change.before, 60)}</s> →" if change.before else ""


def _short(text: str, most: int) -> str:
    return escape(text if len(text) <= most else Truncator(text).chars(most))


@register.filter
def attached(file: Attachment) -> SafeString:
    """A file to fetch, with its size; of a picture a small view."""
    address = escape(f"/files/{file.stored_as.removeprefix('attachments/')}/")
    name, size = escape(file.name), escape(bytes_short(file.size))
    if file.content_type.startswith("image/"):
        return marked_safe(
            f'<a class="file is-picture" href="{address}" title="{name} · {size}">'
            f'<img src="{address}" alt="{name}" loading="lazy"></a>'
        )
    return marked_safe(
        f'<a class="file" href="{address}">{icon("paperclip", "icon-s")}'
        f'<span class="clip">{name}</span><span class="muted">{size}</span></a>'
    )
