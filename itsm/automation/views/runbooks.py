"""The pages of runbooks: which there are, what one says, writing one, and having it run."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from itsm.automation import actions
from itsm.automation.actions.proposing import said_by
from itsm.automation.drafts import version_in
from itsm.automation.models import Run, Runbook, RunbookVersion
from itsm.automation.runbook_fields import FACTS, SECRET, SLUG, TEXT, as_given
from itsm.automation.selectors import runbooks as selectors
from itsm.automation.selectors import runs as run_selectors
from itsm.core.errors import Invalid, NotAllowed, NotFound, Refused
from itsm.core.fields import Field
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.fields import cleaned
from itsm.tickets.forms import shown
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import ticket_for

SIZE = 25
MOST_RUNS = 10
BEGINNING = """\
target: "{host}"
parameters:
  - name: host
    type: host
    required: true
steps:
  - name: Restart it
    use: script
    with:
      command: restart
verification:
  by: alert
"""
USUAL = {"policy": "suggest", "cooldown": "10", "is_mutating": "on", "is_active": "on"}


@staff_only
@require_GET
def runbooks(request: HttpRequest) -> HttpResponse:
    """Every runbook there is."""
    user = person_of(request)
    page = Paginator(selectors.visible_runbooks(user), SIZE).get_page(request.GET.get("page"))
    newest = selectors.newest_versions([each.pk for each in page])
    content = {
        "page": page,
        "rows": [(each, newest.get(each.pk)) for each in page],
        "may_write": user.has_perm("runbooks.manage"),
        "may_run": user.has_perm("runbooks.run"),
        "ticket": _ticket(user, request.GET.get("ticket", "")),
        "switch": run_selectors.switch(),
    }
    return render(request, "automation/runbooks.html", content)


@staff_only
@require_GET
def runbook(request: HttpRequest, slug: str) -> HttpResponse:
    """What a runbook says, its secrets' names, and how it has gone."""
    user = person_of(request)
    found = selectors.runbook_for(user, slug)
    versions = list(selectors.versions_of(found)[:SIZE])
    runs = run_selectors.visible_runs(user).filter(runbook=found).order_by("-pk")[:MOST_RUNS]
    content = {
        "runbook": found,
        "version": versions[0] if versions else None,
        "versions": versions,
        "runs": runs,
        "secrets": selectors.secret_names_of(found),
        "secret_fields": shown(SECRET, user=user, given={}),
        "may_write": user.has_perm("runbooks.manage"),
        "may_run": user.has_perm("runbooks.run") and found.is_active and versions,
    }
    return render(request, "automation/runbook.html", content)


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Write a runbook."""
    user = _writer(request)
    fields = (SLUG, *FACTS, TEXT)
    if request.method != "POST":
        return _form(request, fields, {**USUAL, "text": BEGINNING})
    given = {each.name: request.POST.get(each.name, "") for each in fields}
    try:
        values = cleaned(fields, given)
        slug, text = values.pop("slug"), values.pop("text")
        actions.add_runbook(slug=slug, facts=values, text=text, actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, fields, given, refusal=refusal)
    return redirect("runbook", slug=slug)


@staff_only
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what is said of a runbook; another text is another version."""
    user = _writer(request)
    found = selectors.runbook_for(user, slug)
    fields = (*FACTS, TEXT)
    if request.method != "POST":
        text = selectors.newest_version_of(found).text
        return _form(request, fields, {**as_given(found), "text": text}, runbook=found)
    given = {each.name: request.POST.get(each.name, "") for each in fields}
    try:
        # A browser sends nothing for a box that is not ticked.
        values = cleaned(fields, {**given, **_unticked(request)})
        text = values.pop("text")
        actions.change_runbook(
            runbook=found,
            facts=values,
            text=text,
            actor=user,
            expected_revision=version_in(request.POST, "revision"),
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, fields, given, runbook=found, refusal=refusal)
    return redirect("runbook", slug=slug)


@staff_only
@require_POST
def secrets(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a runbook a secret, or take one away."""
    user = _writer(request)
    found = selectors.runbook_for(user, slug)
    try:
        if name := request.POST.get("remove", "")[:60]:
            actions.remove_secret(runbook=found, name=name, actor=user)
        else:
            given = {each.name: request.POST.get(each.name, "") for each in SECRET}
            actions.set_secret(runbook=found, actor=user, **cleaned(SECRET, given))
            messages.success(request, _("The secret is kept; nobody is shown it again."))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("runbook", slug=slug)


@staff_only
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what a runbook is to be told, and have it run."""
    user = person_of(request)
    if not user.has_perm("runbooks.run"):
        raise NotAllowed(_("You may not run runbooks."))
    version = selectors.newest_version_of(selectors.runbook_for(user, slug))
    fields = [each.field() for each in version.definition.parameters]
    source = request.POST if request.method == "POST" else request.GET
    ticket = _ticket(user, source.get("ticket", ""))
    if request.method != "POST":
        said = said_by(ticket, version.definition.parameters) if ticket else {}
        usual = {each.name: each.default for each in version.definition.parameters}
        given = {name: _typed(value) for name, value in {**usual, **said}.items()}
        return _start_form(request, version, fields, given, ticket=ticket)
    given = {each.name: request.POST.get(each.name, "") for each in fields}
    try:
        run = actions.start_run(
            version=version,
            parameters={**given, **_unticked(request, fields)},
            key=f"page:{request.POST.get('once', '')[:60] or uuid.uuid4()}:{user.pk}",
            actor=user,
            ticket=ticket,
            origin=Run.Origin.PERSON,
            reason=request.POST.get("reason", ""),
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        return _start_form(request, version, fields, given, ticket=ticket, refusal=refusal)
    return redirect("run", run_id=run.pk)


def _writer(request: HttpRequest) -> User:
    user = person_of(request)
    if not user.has_perm("runbooks.manage"):
        raise NotAllowed(_("Only process managers write runbooks."))
    return user


def _unticked(request: HttpRequest, fields: Any = FACTS) -> dict[str, str]:
    flags = [each.name for each in fields if each.sort == "flag"]
    return {name: request.POST.get(name) or "false" for name in flags}


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


def _ticket(user: User, number: str) -> Ticket | None:
    if not number:
        return None
    try:
        found: Ticket = ticket_for(user, number[:20])
    except NotFound:
        return None
    return found


def _wrong(refusal: Refused | None) -> dict[str, str]:
    if isinstance(refusal, Invalid) and refusal.errors:
        return {name: sentences[0] for name, sentences in refusal.errors.items()}
    return {refusal.field: str(refusal)} if refusal and refusal.field else {}


def _form(
    request: HttpRequest,
    fields: Any,
    given: Mapping[str, str],
    *,
    runbook: Runbook | None = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    wrong = _wrong(refusal)
    content = {
        "runbook": runbook,
        "revision": request.POST.get("revision") or (runbook.revision if runbook else ""),
        "fields": shown(fields, user=person_of(request), given=given, wrong=wrong),
        "wrong": str(refusal) if refusal and not wrong else "",
    }
    return render(request, "automation/write.html", content, status=422 if refusal else 200)


def _start_form(
    request: HttpRequest,
    version: RunbookVersion,
    fields: list[Field],
    given: Mapping[str, str],
    *,
    ticket: Ticket | None,
    refusal: Refused | None = None,
) -> HttpResponse:
    wrong = _wrong(refusal)
    names = {each.name for each in fields}
    content = {
        "runbook": version.runbook,
        "version": version,
        "ticket": ticket,
        "once": request.POST.get("once") or uuid.uuid4(),
        "fields": shown(fields, user=person_of(request), given=given, wrong=wrong),
        "wrong": str(refusal) if refusal and not names & set(wrong) else "",
    }
    return render(request, "automation/start.html", content, status=422 if refusal else 200)
