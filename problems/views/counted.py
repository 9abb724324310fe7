"""What keeps coming back by counting: a list to decide on."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.lasting import lasting
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.views.opening import refusals_told
from itsm.tickets.views.page import whole
from problems import actions, counting
from problems.desk import desk
from problems.models import CandidateState, ProblemCandidate
from problems.wording import FACTORS

SIZE = 25
MOST_INCIDENTS = 6


@staff_only
def candidates(request: HttpRequest) -> HttpResponse:
    """The candidates that wait for a decision, or those decided on, newest first."""
    user = person_of(request)
    state = request.GET.get("state", "")
    state = state if state in CandidateState.values else CandidateState.OPEN
    found = counting.candidates(state).order_by("-id")
    if before := whole(request.GET.get("before", "")):
        found = found.filter(pk__lt=before)
    page = list(found[: SIZE + 1])
    content = {
        "candidates": [_shown(user, each) for each in page[:SIZE]],
        "before": page[SIZE - 1].pk if len(page) > SIZE else None,
        "state": state,
        "states": CandidateState.choices,
        "may_decide": user.has_perm("problems.work"),
        "desk": desk,
    }
    return render(request, "problems/candidates.html", content)


def _shown(user: User, candidate: ProblemCandidate) -> dict[str, Any]:
    return {
        "candidate": candidate,
        "lost": lasting(timedelta(minutes=candidate.minutes)),
        "factors": [
            (FACTORS.get(each["name"], each["name"]), each["value"], round(100 * each["share"]))
            for each in candidate.factors
        ],
        "incidents": list(counting.incidents_behind(user, candidate)[:MOST_INCIDENTS]),
    }


@staff_only
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a problem of a candidate, or say why it is none."""
    user = person_of(request)
    candidate = get_object_or_404(counting.candidates(CandidateState.OPEN), pk=pk)
    with refusals_told(request):
        if request.POST.get("word") == "accept":
            problem = actions.accept_candidate(candidate=candidate, actor=user)
            return redirect(desk.address_of(problem.number))
        reason = request.POST.get("reason", "").replace("\x00", "")
        actions.reject_candidate(candidate=candidate, actor=user, reason=reason)
        messages.success(request, _("It stays quiet unless it gets worse."))
    return redirect("problem-candidates")
