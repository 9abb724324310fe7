"""What a service request's page shows beside its properties."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.people.models import User
from itsm.people.selectors import team_names_by_slug
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_see_notes, may_work
from itsm.tickets.task_keepers import keepers
from requests import selectors
from requests.models import ServiceRequest
from requests.planning import lines_of, teams_in
from requests.questions import in_words

MOST_BESIDE = 20


def _request(ticket: Ticket) -> ServiceRequest:
    assert isinstance(ticket, ServiceRequest)  # noqa: S101 the registry asks for requests only
    return ticket


@panel(
    "ordered", title=_l("What was ordered"), template="requests/_ordered.html",
    kinds=("service_request",), order=4,
)  # fmt: skip
def ordered(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """What was ordered, for whom, at what price, and what else with it."""
    service_request = _request(ticket)
    beside = []
    if service_request.order is not None:
        found = selectors.requests_of(service_request.order, user)
        beside = list(found.exclude(pk=service_request.pk)[:MOST_BESIDE])
    is_whole = 0 < len(beside) < MOST_BESIDE
    return {
        "request": service_request,
        "item": service_request.item,
        "answers": in_words(service_request.version_of_item.questions, service_request.answers),
        "beside": beside,
        "cost": selectors.cost_of([service_request, *beside]) if is_whole else "",
    }


@panel(
    "steps", title=_l("Steps"), template="requests/_steps.html", kinds=("service_request",),
    order=8, is_wide=True,
)  # fmt: skip
def steps(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The steps, how far each is, and what is planned before any is taken."""
    if not may_see_notes(user):
        return None
    service_request = _request(ticket)
    found = list(selectors.steps_of(service_request))
    plan = service_request.plan if not found else None
    planned = lines_of(plan, team_names_by_slug(teams_in(plan))) if plan else []
    if not found and not planned:
        return None
    return {
        "steps": [each for each in found if not each.is_undo],
        "undoing": [each for each in found if each.is_undo],
        "planned": planned,
        "may_work": may_work(user, ticket, "requests.work"),
        "keeper": keepers["service_request"],
        "request": service_request,
    }
