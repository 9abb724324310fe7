"""Changing what a record says; if somebody else did meanwhile, both changes are put together."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from itsm.core.errors import NotAllowed, Refused, Stale
from itsm.people.access import person_of, staff_only
from itsm.tickets import actions
from itsm.tickets.desks import Desk
from itsm.tickets.entries import entries
from itsm.tickets.fields import Field, cleaned
from itsm.tickets.forms import EDITABLE, as_typed, key_of, shown
from itsm.tickets.merging import Merge, merged
from itsm.tickets.models import Ticket
from itsm.tickets.permissions import may_work
from itsm.tickets.selectors import last_event_id, ticket_for, timeline
from itsm.tickets.views.acting import Typed, done, status_of, typed, version_of
from itsm.tickets.views.page import whole

LABELS = {each.name: each.label for each in EDITABLE}
Fields = Sequence[Field]


@staff_only
def edit(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """Change what a ticket says; nothing that was typed and nothing others saved is lost."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    if not may_work(user, ticket):
        raise NotAllowed(_("You may read %(number)s only.") % {"number": ticket.number})
    fields = _asked(request)
    if request.method != "POST":
        return _editor(request, ticket, fields, given=as_typed(ticket))
    given = _chosen(request, fields)
    try:
        _save(request, ticket, fields, given, version=version_of(request))
    except Stale:
        return _merge(request, desk, number, fields, given=given)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _editor(request, ticket, fields, given=given, refusal=refusal)
    return done(request, desk, number)


def _asked(request: HttpRequest) -> Fields:
    """The fields the form is about: the one that is named, or all."""
    only = request.POST.get("only") or request.GET.get("only", "")
    return [each for each in EDITABLE if each.name == only] or EDITABLE


def _chosen(request: HttpRequest, fields: Fields) -> Typed:
    """What was typed, or of a field where both had changed it, what was chosen."""
    names = [each.name for each in fields]
    given = {name: key_of(name, value) for name, value in typed(request, names).items()}
    for name in names:
        if request.POST.get(f"pick-{name}") == "theirs":
            given[name] = request.POST.get(f"was-{name}", "")
    return given


def _save(
    request: HttpRequest, ticket: Ticket, fields: Fields, given: Typed, *, version: int | None
) -> None:
    changes = cleaned(fields, given)
    user = person_of(request)
    actions.edit(ticket=ticket, actor=user, changes=changes, expected_version=version)


def _merge(
    request: HttpRequest, desk: Desk, number: str, fields: Fields, *, given: Typed
) -> HttpResponse:
    """Save both changes together; where they meet, let the person choose."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    names = [each.name for each in fields]
    before = {name: request.POST[f"was-{name}"] for name in names if f"was-{name}" in request.POST}
    merge = merged(names, before=before, theirs=as_typed(ticket), mine=given)
    if not merge.collisions:
        try:
            _save(request, ticket, fields, merge.values, version=ticket.version)
        except Stale:
            pass  # a third change came; the person looks at all of them
        else:
            _tell(request, merge)
            return done(request, desk, number)
    return _conflict(request, ticket, fields, merge)


def _tell(request: HttpRequest, merge: Merge) -> None:
    taken = get_text_list([str(LABELS[name]) for name in merge.taken], _("and"))
    sentence = _("Saved, together with what somebody changed meanwhile: %(fields)s.")
    messages.success(request, sentence % {"fields": taken} if taken else _("Saved."))


def _conflict(request: HttpRequest, ticket: Ticket, fields: Fields, merge: Merge) -> HttpResponse:
    user, seen = person_of(request), whole(request.POST.get("seen", ""))
    news = [
        each for each in timeline(user, ticket, size=20, only="changes") if each.event.pk > seen
    ]
    return _editor(
        request,
        ticket,
        fields,
        given=merge.values,
        status=409,
        collisions={each.name: each for each in merge.collisions},
        taken=[LABELS[name] for name in merge.taken],
        others=_names([each.event.actor for each in news]),
        news=entries(user, ticket, news),
    )


def _names(people: Sequence[Any]) -> str:
    return get_text_list(list(dict.fromkeys(str(each or _("Steady")) for each in people)), _("and"))


def _editor(
    request: HttpRequest,
    ticket: Ticket,
    fields: Fields,
    *,
    given: Typed,
    refusal: Refused | None = None,
    **more: Any,
) -> HttpResponse:
    field = refusal.field if refusal else None
    wrong = {field: str(refusal)} if field else {}
    controls = shown(fields, user=person_of(request), given=given, wrong=wrong)
    collisions = more.get("collisions", {})
    now = as_typed(ticket)
    page = {
        "ticket": ticket,
        "fields": [(each, collisions.get(each.field.name)) for each in controls],
        "only": fields[0].name if len(fields) == 1 else "",
        "was": {
            each.name: request.POST.get(f"was-{each.name}", "") if refusal else now[each.name]
            for each in fields
        },
        "version": version_of(request) if refusal else ticket.version,
        "wrong": str(refusal) if refusal and not field else "",
        "seen": last_event_id(ticket),
        **more,
    }
    return render(request, "tickets/edit.html", page, status=more.get("status", status_of(refusal)))
