"""Writing an article: from nothing, from a record, or the next version of one."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import NotAllowed, Refused, Stale
from itsm.inventory.selectors import title_shown
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.people.selectors import visible_teams
from itsm.tickets.selectors import ticket_for
from knowledge import actions, selectors
from knowledge.actions.writing import check_may_write
from knowledge.differences import difference
from knowledge.markup import article_html
from knowledge.models import Article, Audience, Kind, Version
from knowledge.templates import beginning_of

NAMES = (
    "title", "summary", "keywords", "body", "audience", "note", "valid_to", "kind", "owner_team",
    "service",
)  # fmt: skip


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Write an article; its kind gives the headings, a record the words to begin with."""
    user = person_of(request)
    check_may_write(user)
    ticket = None
    if number := request.GET.get("ticket", request.POST.get("ticket", "")).replace("\x00", ""):
        ticket = ticket_for(user, number)
    if request.method != "POST":
        return _form(request, given=_proposed(request, user, ticket), ticket=ticket)
    given = _given(request)
    try:
        origin = actions.origin_of(ticket) if ticket else actions.Origin()
        version = actions.write_article(given=given, actor=user, origin=origin)
        actions.add_uploaded(version=version, files=request.FILES.getlist("files"), actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, given=given, ticket=ticket, refusal=refusal)
    return _done(request, user, version)


@staff_only
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Go on with a draft, or begin the next version of what is published."""
    user = person_of(request)
    check_may_write(user)
    article = selectors.article_for(user, number)
    language = _language(request, user, article)
    draft = selectors.in_work(article, language)
    if request.method != "POST":
        latest = draft or selectors.live(article, language)
        given = _given_by(user, article, latest, language)
        return _form(request, given=given, article=article, draft=draft)
    given = _given(request)
    try:
        version = actions.save_article(
            article=article,
            language=language,
            given={name: value for name, value in given.items() if name != "language"},
            actor=user,
            seen=request.POST.get("seen", "")[:40],
        )
        actions.add_uploaded(version=version, files=request.FILES.getlist("files"), actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        given |= {"language": language}
        draft = selectors.in_work(article, language)
        return _form(request, given=given, article=article, draft=draft, refusal=refusal)
    return _done(request, user, version)


def _done(request: HttpRequest, user: User, version: Version) -> HttpResponse:
    """Back to the draft, to its editor with the pictures in it, or straight on to its readers."""
    number = version.article.number
    if request.FILES.getlist("files"):
        messages.success(request, _("The pictures are in the text; put them where they belong."))
        return redirect(f"/knowledge/{number}/edit/?language={version.language}")
    do = request.POST.get("do", "")
    if do in ("submit", "publish"):
        try:
            actions.PERFORM[do](version=version, actor=user)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(f"/knowledge/{number}/edit/?language={version.language}")
        version.refresh_from_db()
        messages.success(
            request, _("%(number)s: %(state)s.")
            % {"number": number, "state": version.get_state_display()},
        )  # fmt: skip
    else:
        messages.success(request, _("%(number)s is saved.") % {"number": number})
    return redirect(f"/knowledge/{number}/?language={version.language}&version={version.number}")


def _given(request: HttpRequest) -> dict[str, Any]:
    given: dict[str, Any] = {name: request.POST.get(name, "") for name in NAMES}
    given["body"] = given["body"].replace("\r\n", "\n")
    return given | {"language": request.POST.get("language", "")}


def _given_by(
    user: User, article: Article, version: Version | None, language: str
) -> dict[str, Any]:
    """What the form begins with; another language begins with what stands in the one there is."""
    start = version or selectors.version_to_read(user, article)
    return {
        "title": start.title,
        "summary": start.summary,
        "keywords": start.keywords,
        "body": start.body,
        "audience": start.audience,
        "note": version.note if version and version.state == "draft" else "",
        "valid_to": _typed(start.valid_to),
        "kind": article.kind,
        "owner_team": article.owner_team.slug,
        "service": title_shown(article.service.name) if article.service else "",
        "language": language,
    }


def _typed(instant: datetime | None) -> str:
    """An instant as a field of a form holds it."""
    return timezone.localtime(instant).strftime("%Y-%m-%dT%H:%M") if instant else ""


def _proposed(request: HttpRequest, user: User, ticket: Any) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else (Kind.TROUBLESHOOTING if ticket else Kind.HOW_TO)
    mine = user.memberships.select_related("team").order_by("-is_lead", "pk").first()
    given: dict[str, Any] = {
        "kind": kind,
        "body": beginning_of(kind),
        "audience": Audience.STAFF,
        "title": request.GET.get("title", "")[:250].replace("\x00", ""),
        "owner_team": mine.team.slug if mine else "",
        "language": (get_language() or settings.LANGUAGE_CODE)[:2],
    }
    return {**given, **(actions.words_from(ticket, kind) if ticket else {})}


def _language(request: HttpRequest, user: User, article: Article) -> str:
    wanted = request.GET.get("language", request.POST.get("language", ""))
    if wanted in dict(settings.LANGUAGES):
        return wanted
    return selectors.version_to_read(user, article).language


def _form(
    request: HttpRequest,
    *,
    given: dict[str, Any],
    article: Article | None = None,
    draft: Version | None = None,
    ticket: Any = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    user = person_of(request)
    is_stale = isinstance(refusal, Stale) and draft is not None
    shown = {
        "given": given,
        "article": article,
        "draft": draft,
        "seen": actions.stamp_of(draft) if draft else "",
        "ticket": ticket,
        "kinds": Kind.choices,
        "audiences": Audience.choices,
        "languages": settings.LANGUAGES,
        "teams": visible_teams(user),
        "may_publish": _may_publish(user, article, given),
        "html": article_html(given.get("body", "")),
        "wrong": str(refusal or ""),
        "wrong_field": getattr(refusal, "field", ""),
        # What somebody else saved meanwhile, against what is in the form.
        "theirs": difference(draft.body, given.get("body", "")) if is_stale and draft else [],
    }
    status = 200 if refusal is None else (409 if isinstance(refusal, Stale) else 422)
    return render(request, "knowledge/edit.html", shown, status=status)


def _may_publish(user: User, article: Article | None, given: dict[str, Any]) -> bool:
    if article is not None:
        return selectors.is_of_owner(user, article)
    teams = set(user.memberships.values_list("team__slug", flat=True))
    return user.has_perm("knowledge.manage") or given.get("owner_team") in teams


@staff_only
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The text as readers will see it."""
    check_may_write(person_of(request))
    body = request.POST.get("body", "").replace("\r\n", "\n")[:100_000]
    return render(request, "knowledge/_preview.html", {"html": article_html(body)})


@staff_only
@require_POST
def add_images(request: HttpRequest, number: str) -> HttpResponse:
    """Keep pictures that were dropped or pasted, and say how the text shows them."""
    user = person_of(request)
    article = selectors.article_for(user, number)
    try:
        files = request.FILES.getlist("files")
        images = actions.add_images(article=article, files=files, actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        return JsonResponse({"wrong": str(refusal)}, status=422)
    return JsonResponse({"text": "\n".join(actions.markdown_of(each) for each in images)})
