"""Keeping views of queues: saved, shared, pinned and put in order."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed
from itsm.people.models import Team, User
from itsm.people.selectors import team_ids_of
from itsm.tickets.saved import Audience, SavedView, ViewPin


@transaction.atomic
def save_view(
    *, actor: User, kind: str, name: str, query: str, audience: str, team: Team | None = None
) -> SavedView:
    """Keep a queue under a name, in the navigation of who saved it."""
    view = SavedView(kind=kind, owner=actor, query=query[:2000])
    _describe(view, actor, name=name, audience=audience, team=team)
    view.save()
    pin_view(view=view, user=actor)
    events.publish("view.saved", view, actor=actor, data=_facts(view))
    return view


@transaction.atomic
def change_view(
    *,
    view: SavedView,
    actor: User,
    name: str,
    audience: str,
    team: Team | None = None,
    query: str | None = None,
) -> SavedView:
    """Name, share or fill a view anew."""
    check_may_change(view, actor)
    _describe(view, actor, name=name, audience=audience, team=team)
    if query is not None:
        view.query = query[:2000]
    view.save()
    events.publish("view.changed", view, actor=actor, data=_facts(view))
    return view


@transaction.atomic
def delete_view(*, view: SavedView, actor: User) -> None:
    """Take a view away, from everybody who pinned it."""
    check_may_change(view, actor)
    events.publish("view.deleted", view, actor=actor, data=_facts(view))
    view.delete()


def pin_view(*, view: SavedView, user: User) -> None:
    """Put a view last in somebody's navigation."""
    last = ViewPin.objects.filter(user=user).aggregate(last=Max("place"))["last"] or 0
    ViewPin.objects.get_or_create(view=view, user=user, defaults={"place": min(last + 1, 32_000)})


def unpin_view(*, view: SavedView, user: User) -> None:
    """Take a view out of somebody's navigation."""
    ViewPin.objects.filter(view=view, user=user).delete()


@transaction.atomic
def move_view(*, view: SavedView, user: User, step: int) -> None:
    """Move a view up or down in somebody's navigation."""
    pins = list(ViewPin.objects.select_for_update().filter(user=user).order_by("place", "pk"))
    here = next((place for place, pin in enumerate(pins) if pin.view_id == view.pk), None)
    if here is None:
        return
    there = min(max(here + step, 0), len(pins) - 1)
    pins.insert(there, pins.pop(here))
    for place, pin in enumerate(pins, 1):
        pin.place = place
    ViewPin.objects.bulk_update(pins, ["place"])


def check_may_change(view: SavedView, actor: User) -> None:
    """A view is changed by who made it, or by an administrator."""
    if view.owner_id != actor.pk and not actor.has_perm("config.edit"):
        raise NotAllowed(_("Only %(name)s changes this view.") % {"name": view.owner})


def _describe(view: SavedView, actor: User, *, name: str, audience: str, team: Team | None) -> None:
    if audience == Audience.TEAM and team is None:
        raise Invalid(_("Choose the team that finds it."), field="team")
    if audience == Audience.TEAM and team and team.pk not in team_ids_of(actor):
        raise Invalid(_("Choose a team you belong to."), field="team")
    view.name = name
    view.audience = audience
    view.team = team if audience == Audience.TEAM else None


def _facts(view: SavedView) -> dict[str, Any]:
    return {"name": view.name, "query": view.query, "audience": view.audience}
