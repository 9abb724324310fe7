"""The navigation of the staff screens, with its counts."""

from typing import Any

from django import template

from itsm.dashboard.selectors.board import counts_of_nav
from itsm.people.access import person_of
from itsm.tickets.desks import desks
from itsm.tickets.saved_views import pinned_views

register = template.Library()


@register.inclusion_tag("dashboard/_nav.html", takes_context=True)
def workspace_nav(context: dict[str, Any]) -> dict[str, Any]:
    """Where one can go, where one is, and how much waits there."""
    request = context["request"]
    user = person_of(request)
    counts = counts_of_nav(user) if user.is_staffer else {}
    return {
        "path": request.path,
        "query": request.GET.urlencode(),
        "desks": [each for each in desks.values() if each.is_in_nav],
        "pinned": pinned_views(user) if user.is_staffer else [],
        "shown_view": request.GET.get("view", ""),
        "may_report": user.has_perm("tickets.work"),
        **counts,
    }
