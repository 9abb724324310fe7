"""Doing something to an article: its moves, and what readers say of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.core.fields import cleaned
from itsm.people.access import person_of, staff_only
from itsm.tickets.forms import shown
from itsm.tickets.views.acting import go
from itsm.tickets.views.page import whole
from knowledge import actions, selectors
from knowledge.actions.using import SAID
from knowledge.models import Article, Version
from knowledge.workflow import MOVES, Move


@staff_only
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Ask for what a move needs, and make it."""
    user = person_of(request)
    move = MOVES.get(verb)
    if move is None:
        raise Http404
    article = selectors.article_for(user, number)
    version = _version(request, article)
    if request.method != "POST":
        return _ask(request, move, version, {})
    given = {each.name: request.POST.get(each.name, "") for each in move.fields}
    try:
        values = cleaned(move.fields, given)
        moved = actions.PERFORM[verb](version=version, actor=user, **values)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _ask(request, move, version, given, refusal)
    if verb == "discard":
        messages.success(request, _("The draft is gone."))
        return go(request, "/knowledge/?shelf=work")
    moved.refresh_from_db()
    said = {"number": number, "state": moved.get_state_display()}
    messages.success(request, _("%(number)s: %(state)s.") % said)
    return go(request, address_of(moved, article))


def address_of(version: Version, article: Article) -> str:
    """The page of one version."""
    return f"/knowledge/{article.number}/?language={version.language}&version={version.number}"


def _version(request: HttpRequest, article: Article) -> Version:
    user, given = person_of(request), request.POST if request.method == "POST" else request.GET
    language = given.get("language", "")[:10].replace("\x00", "")
    if wanted := whole(given.get("version", "")):
        return selectors.version_numbered(user, article, language or "en", wanted)
    return selectors.version_to_read(user, article, language)


def _ask(
    request: HttpRequest,
    move: Move,
    version: Version,
    given: dict[str, str],
    refusal: Refused | None = None,
) -> HttpResponse:
    names = {each.name for each in move.fields}
    field = refusal.field if refusal and refusal.field in names else None
    user = person_of(request)
    wrong = {field: str(refusal)} if field else {}
    page = {
        "move": move,
        "version": version,
        "article": version.article,
        "fields": shown(move.fields, user=user, given=given, wrong=wrong),
        "wrong": str(refusal) if refusal and not field else "",
    }
    status = 200 if refusal is None else (422 if isinstance(refusal, Invalid) else 409)
    return render(request, "knowledge/act.html", page, status=status)


@staff_only
@require_POST
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Say whether an article helped."""
    user = person_of(request)
    article = selectors.article_for(user, number)
    version = _version(request, article)
    given = {each.name: request.POST.get(each.name, "") for each in SAID}
    try:
        actions.rate_article(version=version, actor=user, **cleaned(SAID, given))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you: whoever keeps it hears of it."))
    return redirect(address_of(version, article))
