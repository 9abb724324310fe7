"""What a problem's page shows, and what an incident's page shows of its problem."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _l

from itsm.core.lasting import lasting
from itsm.evidence.ports import takers
from itsm.people.models import User
from itsm.tickets.desks import address_of
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_see_notes, may_work
from itsm.tickets.task_keepers import keepers
from itsm.tickets.task_selectors import tasks_of
from problems import known_errors, selectors
from problems.actions.tasks import OF_PROBLEMS
from problems.fault_tree import verdict
from problems.models import Method, Problem
from problems.wording import reason_in_words

MOST_INCIDENTS = 12


@takers.add("problem")
def where_causes_go(user: User, ticket: Ticket) -> str:
    """A likely cause becomes a row of the analysis, while somebody works on it."""
    may = may_work(user, ticket, "problems.work") and ticket.phase != "closed"
    return reverse("problem-causes", args=[ticket.number]) if may else ""


def _problem(ticket: Ticket) -> Problem:
    assert isinstance(ticket, Problem)  # noqa: S101 the registry asks for problems only
    return ticket


@panel(
    "findings", title=_l("Findings"), template="problems/_findings.html", kinds=("problem",),
    order=4, is_wide=True,
)  # fmt: skip
def findings(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """How one knows it again, what its cause is, and how it ended."""
    problem = _problem(ticket)
    return {
        "problem": problem,
        "category": problem.cause_category,
        "may_work": may_work(user, ticket, "problems.work") and ticket.phase != "closed",
    }


@panel(
    "incidents", title=_l("Incidents"), template="problems/_incidents.html", kinds=("problem",),
    order=8, is_wide=True,
)  # fmt: skip
def incidents(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The incidents it is behind, and what they cost."""
    problem = _problem(ticket)
    found = list(selectors.visible_incidents_of(user, ticket)[: MOST_INCIDENTS + 1])
    may = may_work(user, ticket, "problems.work")
    if not found and not may:
        return None
    return {
        "incidents": found[:MOST_INCIDENTS],
        "has_more": len(found) > MOST_INCIDENTS,
        "open": problem.open_incidents,
        "lost": lasting(timedelta(minutes=problem.minutes_lost)) if problem.minutes_lost else "",
        "may_link": may,
    }


@panel(
    "analysis", title=_l("Analysis"), template="problems/_analysis.html", kinds=("problem",),
    order=6, is_wide=True,
)  # fmt: skip
def analysis(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """How the cause was looked for, method by method."""
    rows: dict[str, list[Any]] = {}
    for each in selectors.findings_of(ticket):
        rows.setdefault(each.method, []).append(each)
    may = may_work(user, ticket, "problems.work") and ticket.phase != "closed"
    if not rows and not may:
        return None
    return {
        "methods": [(each, rows.get(each.value, [])) for each in Method],
        "tree": verdict([vars(each) for each in rows.get(Method.FAULT_TREE.value, [])]),
        "may_work": may,
    }


@panel("review", title=_l("Review"), template="problems/_review.html", kinds=("problem",), order=18)
def review(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """What was learned, and what is done so that it does not come back."""
    problem = _problem(ticket)
    known, found = selectors.review_of(problem), list(selectors.actions_of(problem))
    may = may_work(user, ticket, "problems.work")
    if not (known or found or (may and problem.major)):
        return None
    return {"review": known, "actions": found, "may_work": may}


@panel("fixes", title=_l("Fix"), template="problems/_fixes.html", kinds=("problem",), order=12)
def fixes(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The changes that are to fix it, and how far each is."""
    if not may_see_notes(user):
        return None
    found = [(each, address_of(each)) for each in selectors.visible_fixes_of(user, ticket)]
    may = may_work(user, ticket, "problems.work") and ticket.phase != "closed"
    return {"fixes": found, "may_link": may} if found or may else None


@panel(
    "problem tasks", title=_l("Tasks"), template="problems/_tasks.html", kinds=("problem",),
    order=16,
)  # fmt: skip
def tasks(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """What somebody is to do or to find out, and how far each is."""
    may = may_work(user, ticket, "problems.work") and ticket.phase != "closed"
    found = list(tasks_of(ticket))
    if not found and not may:
        return None
    return {
        "tasks": found,
        "may_work": may,
        "keeper": keepers["problem"],
        "sorts": [(each.value, each.label) for each in OF_PROBLEMS],
    }


@panel(
    "known errors", title=_l("Known errors"), template="problems/_known_errors.html",
    kinds=("incident",), order=3,
    rows="SELECT 1 FROM problems_knownerrormatch WHERE incident_id = %(ticket)s",
)  # fmt: skip
def known(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """What is known already and may be behind the incident, with what helps meanwhile."""
    found = known_errors.matches_of(user, ticket)
    if not found:
        return None
    said = known_errors.words_on(ticket, [each.problem_id for each in found])
    behind = selectors.problem_behind(user, ticket)
    return {
        "matches": [
            {
                "problem": each.problem,
                "score": each.score,
                "reasons": [reason_in_words(one) for one in each.reasons],
                "tried": each.problem.workaround_successes + each.problem.workaround_failures,
                "has_workaround": each.problem.workaround_written_at is not None,
                "said": said.get(each.problem_id),
                "is_behind": behind is not None and behind.pk == each.problem_id,
            }
            for each in found
        ],
        "may_work": may_work(user, ticket, "problems.work"),
        "may_link": behind is None,
    }


@panel(
    "problem", title=_l("Problem behind it"), template="problems/_behind.html",
    kinds=("incident",), order=24,
    rows="SELECT 1 FROM incidents_incident"
    " WHERE ticket_ptr_id = %(ticket)s AND problem_id IS NOT NULL",
    shows_bare=True,
)  # fmt: skip
def behind(user: User, ticket: Ticket, *, is_bare: bool = False) -> Mapping[str, Any] | None:
    """Why the incident happened, as far as it is known; a problem can be raised from it."""
    problem = None if is_bare else selectors.problem_behind(user, ticket)
    may = may_work(user, ticket, "problems.work")
    if problem is None and not may:
        return None
    return {"problem": problem, "may_work": may}
