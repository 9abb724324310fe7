"""The pages of macros, and running one on a record."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.automation import drafts
from itsm.automation.actions import keeping
from itsm.automation.actions.macros import run_macro
from itsm.automation.fields import MACRO
from itsm.automation.models import Macro
from itsm.automation.placeholders import PLACEHOLDERS
from itsm.automation.selectors import rules as selectors
from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.desks import address_of, desks

SIZE = 50


@staff_only
def listed(request: HttpRequest) -> HttpResponse:
    """All macros."""
    user = person_of(request)
    page = Paginator(selectors.visible_macros(user), SIZE).get_page(request.GET.get("page"))
    content = {"page": page, "may_edit": user.has_perm(keeping.EDIT)}
    return render(request, "automation/macros.html", content)


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Write a macro."""
    user = person_of(request)
    return _edit(request, user, None, drafts.draft_of(Macro(steps=[])))


@staff_only
def macro(request: HttpRequest, slug: str) -> HttpResponse:
    """One macro, to be changed."""
    user = person_of(request)
    found = selectors.macro_for(user, slug)
    return _edit(request, user, found, drafts.draft_of(found))


@staff_only
@require_POST
def remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a macro away."""
    user = person_of(request)
    found = selectors.macro_for(user, slug)
    keeping.remove_macro(macro=found, actor=user)
    messages.success(request, _("“%(name)s” is gone.") % {"name": found.name})
    return redirect("macros")


@staff_only
@require_POST
def run(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """Do the steps of a macro to a record."""
    user = person_of(request)
    found, ticket = selectors.macro_for(user, slug), selectors.whole(user, number)
    try:
        run_macro(macro=found, ticket=ticket, actor=user)
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” is done.") % {"name": found.name})
    return redirect(address_of(ticket))


def _edit(
    request: HttpRequest, user: User, found: Macro | None, draft: drafts.Draft
) -> HttpResponse:
    if not user.has_perm(keeping.EDIT):
        raise NotAllowed(_("You may not change what is done by itself."))
    if request.method != "POST":
        return _form(request, user, found, draft)
    draft = drafts.posted(request.POST, MACRO)
    if word := request.POST.get("do", ""):
        draft.apply(word, new_verb=request.POST.get("new-verb", ""))
        return _form(request, user, found, draft)
    try:
        given = draft.document()
        del given["conditions"]
        kept = keeping.save_macro(
            actor=user,
            macro=found,
            given=given,
            expected_version=drafts.version_in(request.POST),
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, user, found, draft, refusal=refusal)
    messages.success(request, _("“%(name)s” is saved.") % {"name": kept.name})
    return redirect("macros")


def _form(
    request: HttpRequest,
    user: User,
    found: Macro | None,
    draft: drafts.Draft,
    *,
    refusal: Refused | None = None,
) -> HttpResponse:
    content: dict[str, Any] = {
        "macro": found,
        "version": request.POST.get("version") or (found.version if found else ""),
        "fields": drafts.shown_fields(MACRO, draft, user=user, refusal=refusal),
        "steps": drafts.shown_steps(draft, user=user, refusal=refusal),
        "kinds": _kinds(draft),
        "verbs": drafts.verb_groups(user),
        "placeholders": PLACEHOLDERS.items(),
        "is_elsewhere": refusal is not None and refusal.field in ("steps", None),
        "refusal": refusal,
        "may_edit": True,
    }
    return render(request, "automation/macro.html", content, status=422 if refusal else 200)


def _kinds(draft: drafts.Draft) -> list[dict[str, Any]]:
    chosen = {each.strip() for each in draft.typed.get("kinds", "").split(",")}
    return [
        {"kind": kind, "title": desk.title, "is_chosen": kind in chosen}
        for kind, desk in desks.items()
        if desk.is_in_nav or kind in chosen
    ]
