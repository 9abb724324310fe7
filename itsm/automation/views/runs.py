"""The pages of runs: which wait for somebody, what one does, and the word that is wanted."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET, require_POST

from itsm.automation import actions
from itsm.automation.models import AT_WORK, OVER, Run
from itsm.automation.selectors import runs as selectors
from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.core.news import horizon
from itsm.people.access import person_of, staff_only
from itsm.people.models import User

SIZE = 25
MOST_LINES = 500
TABS = {
    "wait": _l("Waiting for somebody"),
    "work": _l("At work"),
    "over": _l("Over"),
}


@staff_only
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """The runs that wait for somebody, are at work, or are over."""
    user, cursor = person_of(request), horizon()
    tab = request.GET.get("show", "wait")
    tab = tab if tab in TABS else "wait"
    page = Paginator(_listed(user, tab), SIZE).get_page(request.GET.get("page"))
    shown = {
        "cursor": cursor,
        "tabs": [(name, label, name == tab) for name, label in TABS.items()],
        "tab": tab,
        "page": page,
        "switch": selectors.switch(),
    }
    return render(request, "automation/runs.html", shown)


def _listed(user: User, tab: str) -> Any:
    if tab == "wait":
        return selectors.runs_waiting_for_people(user)
    states = AT_WORK if tab == "work" else OVER
    return selectors.visible_runs(user).filter(state__in=states).order_by("-pk")


@staff_only
@require_GET
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run: how far it is, what it says, and the word that is wanted of whom."""
    user, cursor = person_of(request), horizon()
    found = selectors.run_for(user, run_id)
    lines = list(selectors.lines_after(found, 0)[:MOST_LINES])
    shown = {
        "cursor": cursor,
        "run": found,
        "steps": selectors.steps_of(found),
        "lines": lines,
        "last_line": lines[-1].pk if lines else 0,
        "may": selectors.open_to(found, user),
        "ticket": found.ticket,
    }
    return render(request, "automation/run.html", shown)


@staff_only
@require_GET
def lines(request: HttpRequest, run_id: int) -> HttpResponse:
    """What a run has said since a line: the page asks until nothing more comes."""
    found = selectors.run_for(person_of(request), run_id)
    after = request.GET.get("after", "0")
    place = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0
    shown = {"lines": selectors.lines_after(found, place)[:MOST_LINES]}
    return render(request, "automation/_lines.html", shown)


@staff_only
@require_POST
def answer(request: HttpRequest, run_id: int, word: str) -> HttpResponse:
    """Say the word that a run waits for, or stop it."""
    user = person_of(request)
    found = selectors.run_for(user, run_id)
    if word not in WORDS:
        raise Http404
    try:
        why, plan = request.POST.get("why", "").strip()[:2000], request.POST.get("plan", "")
        WORDS[word](found, user, why, plan)
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("run", run_id=run_id)


def _vote(word: str) -> "Say":
    def vote(found: Run, user: User, why: str, plan: str) -> None:
        actions.approve_run(run=found, actor=user, word=word, comment=why, plan=plan)

    return vote


def _settle(*, is_done: bool) -> "Say":
    def settle(found: Run, user: User, why: str, _plan: str) -> None:
        actions.settle_run(run=found, actor=user, is_done=is_done, why=why)

    return settle


Say = Callable[[Run, User, str, str], Any]
WORDS: Mapping[str, Say] = {
    "accept": lambda found, user, _why, _plan: actions.accept_run(run=found, actor=user),
    "skip": lambda found, user, why, _plan: actions.skip_run(run=found, actor=user, why=why),
    "abort": lambda found, user, _why, _plan: actions.abort_run(run=found, actor=user),
    "approve": _vote("approved"),
    "reject": _vote("rejected"),
    "done": _settle(is_done=True),
    "undone": _settle(is_done=False),
}


@staff_only
def switch(request: HttpRequest) -> HttpResponse:
    """The one switch that stops every run, and the breakers that hold single runbooks back."""
    user, cursor = person_of(request), horizon()
    if request.method == "POST":
        return _press(request, user)
    page = Paginator(selectors.not_closed_breakers(), SIZE).get_page(request.GET.get("page"))
    shown = {
        "cursor": cursor,
        "switch": selectors.switch(),
        "page": page,
        "may_press": user.has_perm("runbooks.run"),
        "may_release": user.has_perm("runbooks.manage"),
    }
    return render(request, "automation/switch.html", shown)


def _press(request: HttpRequest, user: User) -> HttpResponse:
    try:
        if request.POST.get("word") == "release":
            actions.let_go_on(actor=user)
            messages.success(request, _("Runs begin again."))
        elif request.POST.get("word") == "press":
            actions.stop_everything(actor=user, reason=request.POST.get("reason", ""))
            messages.success(request, _("Everything is stopped."))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("kill-switch")
