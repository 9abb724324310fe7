"""The pages of rules: their list, the editor, the simulation, and why one did or did not act."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.automation import drafts
from itsm.automation.actions import keeping
from itsm.automation.conditions import unmet
from itsm.automation.fields import RULE
from itsm.automation.models import Rule
from itsm.automation.placeholders import PLACEHOLDERS
from itsm.automation.selectors import rules as selectors
from itsm.automation.selectors.rulebook import ready
from itsm.automation.selectors.situations import situation_of_ticket
from itsm.automation.simulation import simulated
from itsm.automation.wording import events_there_are
from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.core.reading import OPERATORS
from itsm.people.access import person_of, staff_only
from itsm.people.models import User

SIZE = 50
DAYS = (7, 30, 90)
MOST_TOUCHES = 200


@staff_only
def listed(request: HttpRequest) -> HttpResponse:
    """All rules in their order, with how each went lately."""
    user = person_of(request)
    page = Paginator(selectors.visible_rules(user), SIZE).get_page(request.GET.get("page"))
    tallies = selectors.tallies([each.pk for each in page])
    minutes = sum(each.minutes for each in tallies.values())
    content = {
        "page": page,
        "rows": [(each, tallies.get(each.pk)) for each in page],
        "minutes": minutes,
        "hours": round(minutes / 60, 1),
        "may_edit": user.has_perm(keeping.EDIT),
    }
    return render(request, "automation/rules.html", content)


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Write a rule."""
    user = person_of(request)
    _check_may_edit(user)
    usual = {"events": "incident.opened"}
    draft = drafts.draft_of(Rule(steps=[], conditions=[]))
    draft.typed |= usual
    return _edit(request, user, None, draft)


@staff_only
def rule(request: HttpRequest, slug: str) -> HttpResponse:
    """One rule: what it says, what became of it, and changing it."""
    user = person_of(request)
    found = selectors.rule_for(user, slug)
    return _edit(request, user, found, drafts.draft_of(found))


def _edit(
    request: HttpRequest, user: User, found: Rule | None, draft: drafts.Draft
) -> HttpResponse:
    if request.method != "POST":
        return _form(request, user, found, draft)
    _check_may_edit(user)
    draft = drafts.posted(request.POST, RULE)
    if word := request.POST.get("do", ""):
        draft.apply(word, new_verb=request.POST.get("new-verb", ""))
        return _form(request, user, found, draft)
    try:
        kept = keeping.save_rule(
            actor=user,
            rule=found,
            given=draft.document(),
            expected_version=drafts.version_in(request.POST),
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, user, found, draft, refusal=refusal)
    messages.success(request, _("“%(name)s” is saved.") % {"name": kept.name})
    return redirect("rule", slug=kept.slug)


def _form(
    request: HttpRequest,
    user: User,
    found: Rule | None,
    draft: drafts.Draft,
    *,
    refusal: Refused | None = None,
) -> HttpResponse:
    may_edit = user.has_perm(keeping.EDIT)
    content: dict[str, Any] = {
        "rule": found,
        "version": request.POST.get("version") or (found.version if found else ""),
        "fault": ready(found).fault if found else "",
        "fields": drafts.shown_fields(RULE, draft, user=user, refusal=refusal),
        "conditions": drafts.shown_conditions(draft, refusal),
        "steps": drafts.shown_steps(draft, user=user, refusal=refusal),
        "facts": drafts.fact_groups(),
        "operators": OPERATORS.items(),
        "events": draft.events,
        "happenings": events_there_are(),
        "verbs": drafts.verb_groups(user),
        "placeholders": PLACEHOLDERS.items(),
        "refusal": refusal,
        "is_elsewhere": refusal is not None
        and (not refusal.field or refusal.field in ("steps", "conditions")),
        "may_edit": may_edit,
        "firings": selectors.firings_of(user, found) if found and request.method == "GET" else [],
        "tally": selectors.tallies([found.pk]).get(found.pk) if found else None,
    }
    return render(request, "automation/rule.html", content, status=422 if refusal else 200)


@staff_only
@require_POST
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Switch a rule on or off, or have it rehearse."""
    user = person_of(request)
    found = selectors.rule_for(user, slug)
    return _done(request, user, found, {"mode": request.POST.get("mode", "")})


@staff_only
@require_POST
def move(request: HttpRequest, slug: str) -> HttpResponse:
    """Move a rule before its neighbour, or behind it."""
    user = person_of(request)
    found = selectors.rule_for(user, slug)
    keeping.move_rule(rule=found, up=request.POST.get("to") != "down", actor=user)
    return redirect("rules")


@staff_only
@require_POST
def remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a rule away."""
    user = person_of(request)
    found = selectors.rule_for(user, slug)
    keeping.remove_rule(rule=found, actor=user)
    messages.success(request, _("“%(name)s” is gone.") % {"name": found.name})
    return redirect("rules")


def _done(request: HttpRequest, user: User, found: Rule, given: dict[str, str]) -> HttpResponse:
    try:
        keeping.save_rule(actor=user, rule=found, given=given)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    if request.POST.get("back") == "list":
        return redirect("rules")
    return redirect("rule", slug=found.slug)


@staff_only
def simulate(request: HttpRequest, slug: str) -> HttpResponse:
    """What a rule would have done with what has happened, and what it says to one record."""
    user, now = person_of(request), timezone.now()
    found = selectors.rule_for(user, slug)
    days = _days(request)
    number = request.GET.get("number", "").replace("\x00", "").strip()[:20]
    result = simulated(found, user=user, since=now - timedelta(days=days), now=now)
    content = {
        "rule": found,
        "days": days,
        "choices": DAYS,
        "result": result,
        "count": len(result.acted),
        "is_varied": len({each.event.name for each in result.acted if each.event}) > 1,
        "touches": [
            (each, result.tickets.get(each.ticket_id or 0)) for each in result.acted[:MOST_TOUCHES]
        ],
        "missed": [(found.conditions[place], count) for place, count in result.missed],
        "number": number,
        "trial": _trial(user, found, number) if number else None,
    }
    return render(request, "automation/simulation.html", content)


def _trial(user: User, found: Rule, number: str) -> dict[str, Any]:
    """What each condition says to one record; nothing is done to it."""
    try:
        ticket = selectors.whole(user, number)
    except NotFound as missing:
        return {"wrong": str(missing)}
    situation, prepared = situation_of_ticket(ticket), ready(found)
    lines = [
        (condition, situation.value(each.fact), unmet([each], situation.value) is None)
        for condition, each in zip(found.conditions, prepared.conditions, strict=False)
    ]
    return {
        "ticket": ticket,
        "lines": lines,
        "holds": not prepared.fault and all(line[2] for line in lines),
    }


@staff_only
def why(request: HttpRequest, number: str) -> HttpResponse:
    """What every rule said to the newest happenings of a record, and why it did not act."""
    ticket, looked = selectors.verdicts_on(person_of(request), number)
    return render(request, "automation/why.html", {"ticket": ticket, "looked": looked})


def _days(request: HttpRequest) -> int:
    raw = request.GET.get("days", "")
    return int(raw) if raw in {str(each) for each in DAYS} else 30


def _check_may_edit(user: User) -> None:
    if not user.has_perm(keeping.EDIT):
        raise NotAllowed(_("You may not change what is done by itself."))
