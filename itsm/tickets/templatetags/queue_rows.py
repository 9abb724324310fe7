"""The rows of a queue; in Python, because as templates they cost more than reading them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from itsm.core.markup import escape, marked_safe
from itsm.people.access import person_of
from itsm.tickets.columns import Column
from itsm.tickets.desks import Desk, address_of
from itsm.tickets.models import OPEN_PHASES, Channel, Priority, Ticket
from itsm.tickets.presence import Present
from itsm.tickets.templatetags.screens import (
    ago,
    avatar,
    icon,
    priority_badge,
    state_badge,
    state_of,
)
from itsm.tickets.triage import verbs_open_to
from itsm.tickets.workflow import Transition, workflows

register = template.Library()
SOURCES = dict(Channel.choices)
# What people do most with a row comes first in its menu.
USUAL = ("start", "resume", "acknowledge", "resolve", "hold", "reopen", "close", "cancel")


@dataclass(frozen=True)
class Sight:
    """How rows are shown to somebody: which columns, whether cells can be changed, who is where."""

    columns: tuple[Column, ...]
    may_work: bool
    present: Mapping[str, Sequence[Present]] = field(default_factory=dict)

    @property
    def has_caller(self) -> bool:
        return any(each.name == "caller" for each in self.columns)


@register.inclusion_tag("tickets/_triage.html", takes_context=True)
def triage(context: dict[str, Any], desk: Desk, ticket: Ticket | None = None) -> dict[str, Any]:
    """The bar and the menus that change the picked rows, or the record of the page."""
    request = context["request"]
    user = person_of(request)
    transitions = [
        each
        for each in verbs_open_to(user, desk)
        if ticket is None or (each.when(ticket) and each.permits(ticket, user))
    ]
    return {
        "desk": desk,
        "ticket": ticket,
        "user": user,
        "csrf_token": context.get("csrf_token"),
        "query": request.GET.urlencode(),
        "usual": {each.verb: each for each in transitions if each.verb in ("hold", "resolve")},
        "verbs": [
            (each, any(one.required for one in each.fields))
            for each in sorted(
                transitions, key=lambda one: USUAL.index(one.verb) if one.verb in USUAL else 99
            )
        ],
        "priorities": Priority.choices,
    }


@register.filter
def sources_of(transition: Transition) -> str:
    """The states a transition starts from, as an attribute holds them."""
    return ",".join(sorted(transition.sources))


@register.simple_tag
def state_face(kind: str, state: str | None) -> SafeString:
    """The badge of a state; nothing for a verb that keeps it."""
    if state is None:
        return marked_safe("")
    return state_of(kind, state, workflows[kind].states[state].phase, get_language())


@register.filter
def queue_row(ticket: Ticket, sight: Sight) -> SafeString:
    """One line of a queue."""
    number, page = escape(ticket.number), escape(address_of(ticket))
    over = "" if ticket.phase in OPEN_PHASES else " is-over"
    facts = (
        f' data-number="{number}" data-version="{ticket.version}" data-state="{ticket.state}"'
        f' data-tags="{escape(",".join(ticket.tags))}"'
    )
    cells = {each.name: CELLS[each.name](ticket, page, sight) for each in sight.columns}
    first = cells.pop("number", "")
    return marked_safe(
        f'<li class="row is-queue{over}" id="{number}"{facts}>{_pick(number, sight)}'
        f"{_cell('priority', priority_badge(ticket), f'{page}edit/', sight)}{first}"
        f'<span class="what"><a class="title clip" href="{page}">{escape(ticket.title)}</a>'
        f"{_marks(ticket)}{_here(sight.present.get(ticket.number, ()))}</span>"
        f"{''.join(cells.values())}</li>"
    )


def _pick(number: str, sight: Sight) -> str:
    if not sight.may_work:
        return ""
    label = escape(_("Select %(number)s") % {"number": number})
    return (
        f'<label class="pick"><input type="checkbox" name="numbers" value="{number}" form="many"'
        f' aria-label="{label}" tabindex="-1"></label>'
    )


def _marks(ticket: Ticket) -> str:
    siren = icon("siren", "icon-s") if ticket.source == "monitoring" else ""
    return siren + (icon("lock", "icon-s") if ticket.confidential else "")


def _here(people: Sequence[Present]) -> str:
    """Who is at this record just now, so that nobody begins what a colleague has in hand."""
    if not people:
        return ""
    told = ", ".join(
        (_("%(name)s is writing…") if each.is_typing else _("%(name)s is here")) % {"name": each}
        for each in people
    )
    typing = " is-typing" if any(each.is_typing for each in people) else ""
    faces = "".join(avatar(each) for each in people[:3])
    words = escape(told)
    return (
        f'<span class="here{typing}" role="img" aria-label="{words}" title="{words}">{faces}</span>'
    )


def _cell(name: str, shown: str, address: str, sight: Sight) -> str:
    """A cell that can be changed: a link to the form for it, which scripts turn into a menu."""
    if not sight.may_work:
        return f'<span class="cell c-{name}">{shown}</span>'
    return (
        f'<a class="cell c-{name}" href="{address}" data-edit="{name}" data-dialog'
        f' tabindex="-1">{shown}</a>'
    )


def _number(ticket: Ticket, _page: str, _sight: Sight) -> str:
    return f'<span class="number c-number">{escape(ticket.number)}</span>'


def _tags(ticket: Ticket, page: str, sight: Sight) -> str:
    tags = "".join(f'<span class="tag">{escape(each)}</span>' for each in ticket.tags[:3])
    return _cell("tags", tags, f"{page}edit/", sight)


def _service(ticket: Ticket, page: str, sight: Sight) -> str:
    words = f'<span class="clip">{escape(ticket.service or "–")}</span>'
    return _cell("service", words, f"{page}edit/", sight)


def _team(ticket: Ticket, page: str, sight: Sight) -> str:
    words = f'<span class="clip">{escape(ticket.team or "–")}</span>'
    return _cell("team", words, f"{page}do/assign/", sight)


def _caller(ticket: Ticket, _page: str, _sight: Sight) -> str:
    return f'<span class="cell c-caller clip">{escape(ticket.caller or "–")}</span>'


def _source(ticket: Ticket, _page: str, _sight: Sight) -> str:
    return f'<span class="cell c-source clip">{escape(SOURCES.get(ticket.source, ""))}</span>'


def _state(ticket: Ticket, page: str, sight: Sight) -> str:
    return _cell("state", state_badge(ticket), page, sight)


def _assignee(ticket: Ticket, page: str, sight: Sight) -> str:
    name = escape(ticket.assignee or _("Nobody"))
    words = f'{avatar(ticket.assignee)}<span class="clip">{name}</span>'
    return _cell("assignee", words, f"{page}do/assign/", sight)


def _updated(ticket: Ticket, _page: str, _sight: Sight) -> str:
    return f'<span class="cell c-updated">{ago(ticket.updated_at)}</span>'


def _opened(ticket: Ticket, _page: str, _sight: Sight) -> str:
    return f'<span class="cell c-opened">{ago(ticket.opened_at)}</span>'


CELLS: dict[str, Callable[[Ticket, str, Sight], str]] = {
    "number": _number,
    "tags": _tags,
    "service": _service,
    "team": _team,
    "caller": _caller,
    "source": _source,
    "state": _state,
    "assignee": _assignee,
    "updated": _updated,
    "opened": _opened,
}
