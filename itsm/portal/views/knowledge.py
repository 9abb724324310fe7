"""Answers before anybody need be asked: finding an article, reading it, saying if it helped."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from itsm.core.errors import NotAllowed, Refused
from itsm.core.fields import cleaned
from itsm.people.access import person_of, signed_in
from itsm.tickets.views.page import whole
from knowledge import actions, selectors
from knowledge.actions.using import SAID
from knowledge.models import Place
from knowledge.search import find

MOST = 20


@signed_in
@require_GET
def answers(request: HttpRequest) -> HttpResponse:
    """What the person may read, by words, or the newest."""
    user = person_of(request)
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:200]
    hits = [each for each in find(user, text, size=MOST) if text]
    before = whole(request.GET.get("before", ""))
    page = selectors.Page([]) if text else selectors.for_everybody(before=before)
    return render(request, "portal/knowledge.html", {"text": text, "hits": hits, "page": page})


@signed_in
@require_GET
def article(request: HttpRequest, number: str) -> HttpResponse:
    """One article, in the person's language where there is one."""
    user = person_of(request)
    found = selectors.article_for(user, number)
    language = request.GET.get("language", "")[:10].replace("\x00", "")
    version = selectors.version_to_read(user, found, language)
    if not (version.is_live and version.is_public):
        return redirect("article", number=number)
    actions.note_shown(articles=[found], user=user, place=Place.READ)
    shown = {
        "article": found,
        "version": version,
        "languages": selectors.languages_of(user, found),
        "said": selectors.said_by(user, version),
    }
    return render(request, "portal/article.html", shown)


@signed_in
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Say whether it helped; who was not helped is led on to a report."""
    if request.method != "POST":
        return redirect("portal-article", number=number)
    user = person_of(request)
    found = selectors.article_for(user, number)
    language = request.POST.get("language", "")[:10].replace("\x00", "")
    version = selectors.version_to_read(user, found, language)
    given = {each.name: request.POST.get(each.name, "") for each in SAID}
    try:
        said = actions.rate_article(version=version, actor=user, **cleaned(SAID, given))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("Thank you, that is good to know.")
            if said.helpful
            else _("Thank you. Whoever keeps it hears of it; report it if you still need help."),
        )
    return redirect(f"/portal/knowledge/{number}/?language={version.language}")
