"""The review of a problem, and its actions."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import NotAllowed, Refused
from itsm.people.access import person_of, staff_only
from itsm.tickets.fields import Field, cleaned
from itsm.tickets.forms import shown
from itsm.tickets.permissions import may_work
from itsm.tickets.views.acting import status_of, typed
from itsm.tickets.views.opening import refusals_told
from problems import actions, selectors
from problems.actions.reviewing import BY_PEOPLE
from problems.forms import ACTION, REVIEW
from problems.models import ActionState, Problem


@staff_only
def review(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what is learned from a problem, and what is to be done."""
    user = person_of(request)
    problem = selectors.problem_for(user, number)
    if not may_work(user, problem, "problems.work"):
        raise NotAllowed(_("You may read %(number)s only.") % {"number": problem.number})
    if request.method != "POST":
        return _page(request, problem)
    fields = ACTION if request.POST.get("what") == "action" else REVIEW
    given = typed(request, [each.name for each in fields])
    try:
        values = cleaned(fields, given)
        if fields is ACTION:
            actions.add_action(problem=problem, actor=user, **values)
        else:
            actions.write_review(problem=problem, actor=user, words=values)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _page(request, problem, fields=fields, given=given, refusal=refusal)
    return redirect("problem-review", number=problem.number)


@staff_only
@require_POST
def move(request: HttpRequest, number: str, action_id: int) -> HttpResponse:
    """Say how far an action is."""
    user = person_of(request)
    problem = selectors.problem_for(user, number)
    action = selectors.actions_of(problem).filter(pk=action_id).first()
    if action is None:
        raise Http404
    given = {name: request.POST.get(name, "").replace("\x00", "") for name in ("state", "reason")}
    with refusals_told(request):
        actions.move_action(action=action, actor=user, **given)
    return redirect("problem-review", number=problem.number)


def _page(
    request: HttpRequest,
    problem: Problem,
    *,
    fields: tuple[Field, ...] = (),
    given: dict[str, str] | None = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    user, known = person_of(request), selectors.review_of(problem)
    told = {each.name: getattr(known, each.name) or "" for each in REVIEW} if known else {}
    day = known.held_on.isoformat() if known and known.held_on else ""
    wrong = {refusal.field: str(refusal)} if refusal and refusal.field else {}

    def face(of: tuple[Field, ...], usual: dict[str, Any]) -> Any:
        is_here = of is fields
        return shown(
            of, user=user, given=given or {} if is_here else usual, wrong=wrong if is_here else {}
        )

    content = {
        "ticket": problem,
        "review": known,
        "fields": face(REVIEW, {**told, "held_on": day}),
        "action_fields": face(ACTION, {"kind": "prevent"}),
        "actions": selectors.actions_of(problem),
        "states": [(each.value, ActionState(each).label) for each in BY_PEOPLE],
        "wrong": str(refusal) if refusal and not refusal.field else "",
    }
    return render(request, "problems/review.html", content, status=status_of(refusal))
