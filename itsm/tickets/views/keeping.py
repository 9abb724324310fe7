"""Saving a queue as a view, and keeping one's views in order."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from itsm.core.errors import NotAllowed, Refused
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.actions.looks import remember_look
from itsm.tickets.actions.saved_views import (
    change_view,
    check_may_change,
    delete_view,
    move_view,
    pin_view,
    save_view,
    unpin_view,
)
from itsm.tickets.bar import address_with, asked_in
from itsm.tickets.desks import Desk
from itsm.tickets.fields import Choice, Field, Line, TeamName, cleaned
from itsm.tickets.forms import shown
from itsm.tickets.looks import look_of
from itsm.tickets.saved import Audience, SavedView
from itsm.tickets.saved_views import pins_of, view_for, visible_views

FIELDS: tuple[Field, ...] = (
    Line(name="name", label=_l("Name"), required=True, max_length=60),
    Choice(name="audience", label=_l("Who sees it"), required=True, choices=Audience.choices),
    TeamName(name="team", label=_l("Team"), help=_l("Choose one if a team is to see it.")),
)


@staff_only
def views(request: HttpRequest, *, desk: Desk) -> HttpResponse:
    """The views of this queue that one finds, the pinned ones first and in their order."""
    user = person_of(request)
    places = {each.view_id: place for place, each in enumerate(pins_of(user))}
    found = sorted(visible_views(user, desk.kind), key=lambda each: places.get(each.pk, 999))
    page = {
        "desk": desk,
        "views": [(each, each.pk in places, _may_change(each, user)) for each in found],
        "opens_with": look_of(user, desk.kind).opens_with_id,
    }
    return render(request, "tickets/views.html", page)


def _may_change(view: SavedView, user: User) -> bool:
    return view.owner_id == user.pk or user.has_perm("config.edit")


@staff_only
def new(request: HttpRequest, *, desk: Desk) -> HttpResponse:
    """Save the queue as its address has it."""
    query = request.POST.get("query", "") or query_of(request.GET.urlencode())
    if request.method != "POST":
        return _form(request, desk, query=query, given={"audience": "me"})
    given = {each.name: request.POST.get(each.name, "") for each in FIELDS}
    try:
        values = cleaned(FIELDS, given)
        view = save_view(actor=person_of(request), kind=desk.kind, query=query_of(query), **values)
    except Refused as refusal:
        return _form(request, desk, query=query, given=given, refusal=refusal)
    return _gone(request, f"{desk.address}?{view.address}")


@staff_only
def change(request: HttpRequest, view_id: int, *, desk: Desk) -> HttpResponse:
    """Name or share a view anew."""
    user = person_of(request)
    view = view_for(user, desk.kind, view_id)
    check_may_change(view, user)
    if request.method != "POST":
        given = {
            "name": view.name,
            "audience": view.audience,
            "team": view.team.slug if view.team else "",
        }
        return _form(request, desk, query=view.query, given=given, view=view)
    given = {each.name: request.POST.get(each.name, "") for each in FIELDS}
    try:
        change_view(view=view, actor=user, **cleaned(FIELDS, given))
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, desk, query=view.query, given=given, view=view, refusal=refusal)
    return _gone(request, f"{desk.address}views/")


@staff_only
@require_POST
def arrange(request: HttpRequest, view_id: int, *, desk: Desk) -> HttpResponse:
    """Pin, move, open first, fill anew or delete a view."""
    user = person_of(request)
    view = view_for(user, desk.kind, view_id)
    what = request.POST.get("do", "")
    if what == "fill":
        query = query_of(request.POST.get("query", ""))
        change_view(
            view=view,
            actor=user,
            name=view.name,
            audience=view.audience,
            team=view.team,
            query=query,
        )
        return redirect(f"{desk.address}?{view.address}")
    if what not in ARRANGED:
        raise Http404
    ARRANGED[what](view, user)
    return redirect(f"{desk.address}views/")


ARRANGED: Mapping[str, Callable[[SavedView, User], Any]] = {
    "pin": lambda view, user: pin_view(view=view, user=user),
    "unpin": lambda view, user: unpin_view(view=view, user=user),
    "up": lambda view, user: move_view(view=view, user=user, step=-1),
    "down": lambda view, user: move_view(view=view, user=user, step=1),
    "first": lambda view, user: remember_look(user=user, kind=view.kind, opens_with=view),
    "usual": lambda view, user: remember_look(user=user, kind=view.kind, opens_with=None),
    "delete": lambda view, user: delete_view(view=view, actor=user),
}


def query_of(text: str) -> str:
    """What a view keeps of an address: its filters and order, not the page one is on."""
    return address_with(asked_in(text.removeprefix("?")), view="").removeprefix("?")


def _form(
    request: HttpRequest,
    desk: Desk,
    *,
    query: str,
    given: Mapping[str, str],
    view: SavedView | None = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    field = refusal.field if refusal else None
    page = {
        "desk": desk,
        "view": view,
        "query": query,
        "fields": shown(
            FIELDS,
            user=person_of(request),
            given=given,
            wrong={field: str(refusal)} if field else {},
        ),
        "wrong": str(refusal) if refusal and not field else "",
    }
    return render(request, "tickets/view.html", page, status=422 if refusal else 200)


def _gone(request: HttpRequest, address: str) -> HttpResponse:
    if request.headers.get("X-Dialog"):
        return HttpResponse(headers={"X-Go": address})
    return redirect(address)
