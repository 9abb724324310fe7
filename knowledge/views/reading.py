"""Looking for articles, reading one, and what changed from one version to another."""

from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET

from itsm.approvals.selectors import open_vote_ids
from itsm.core.errors import NotFound
from itsm.people.access import person_of, signed_in, staff_only
from itsm.people.models import User
from itsm.tickets.views.page import whole
from knowledge import selectors
from knowledge.differences import difference
from knowledge.models import Article, Kind, State, Version
from knowledge.search import find
from knowledge.workflow import MOVES

SHELVES = {
    "live": _l("Published"),
    "stale": _l("Need review"),
    "work": _l("In work"),
    "mine": _l("Mine"),
    "over": _l("Retired and outdated"),
}
# Nothing is asked about these.
OVER = (State.PUBLISHED, State.NEEDS_REVIEW, State.RETIRED, State.OUTDATED)
COMPARED = ("title", "summary", "keywords", "body")


@staff_only
@require_GET
def shelf(request: HttpRequest) -> HttpResponse:
    """What there is to know: by words, or a shelf at a time."""
    user = person_of(request)
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:200]
    name, kind = request.GET.get("shelf", "live"), request.GET.get("kind", "")
    name = name if name in SHELVES else "live"
    kind = kind if kind in Kind.values else ""
    page = selectors.Page([])
    hits = find(user, text, size=selectors.SIZE) if text else []
    if not text:
        before = whole(request.GET.get("before", ""))
        page = selectors.shelf(user, name, kind=kind, before=before)
    shown = {
        "text": text,
        "hits": [each for each in hits if kind in ("", each.version.article.kind)],
        "page": page,
        "shelves": SHELVES.items(),
        "shelf": name,
        "kinds": Kind.choices,
        "kind": kind,
        "may_write": user.has_perm("knowledge.write"),
    }
    return render(request, "knowledge/shelf.html", shown)


@signed_in
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """An article with all that is known of it; end users are sent to their own page of it."""
    user = person_of(request)
    if not user.is_staffer:
        return redirect("portal-article", number=number)
    article = selectors.article_for(user, number)
    every = selectors.all_versions(user, article)
    version = _asked_for(request, article, every)
    return render(request, "knowledge/article.html", content(user, article, version, every))


def _asked_for(request: HttpRequest, article: Article, every: list[Version]) -> Version:
    language = request.GET.get("language", "")[:10]
    best = selectors.best_among(every, article, language)
    wanted = whole(request.GET.get("version", "")) or best.number
    found = [each for each in every if (each.language, each.number) == (best.language, wanted)]
    if not found:
        raise NotFound("There is no such version.")
    return found[0]


def content(user: User, article: Article, version: Version, every: list[Version]) -> dict[str, Any]:
    """What the page of an article shows."""
    versions = [each for each in every if each.language == version.language]
    votes = selectors.votes_of(versions)
    # Who agreed to what is read stands in its history.
    approval = None if version.state in OVER else selectors.asked_about(version)
    is_asked = approval is not None and approval.state == "requested"
    is_owner = selectors.is_of_owner(user, article)
    may_write = user.has_perm("knowledge.write")
    languages = sorted({each.language for each in every})
    yes, no = votes.get(version.pk, (0, 0))
    return {
        "article": article,
        "version": version,
        "versions": [(each, votes.get(each.pk, (0, 0))) for each in versions],
        "newer": next((each for each in versions if each.number > version.number), None),
        "previous": next((each for each in versions if each.number < version.number), None),
        "languages": languages,
        "missing": [code for code, _name in settings.LANGUAGES if code not in languages],
        "moves": [
            each
            for each in MOVES.values()
            if may_write
            and version.state in each.sources
            and (is_owner or not each.of_owner)
            and not (each.verb == "publish" and version.is_public)
        ],
        "may_write": may_write,
        "is_in_work": any(each.state in ("review", "scheduled") for each in versions),
        "approval": approval,
        "mine": open_vote_ids(user, [approval]) if approval and is_asked else set(),
        "review": selectors.open_review(article, *selectors.ALL_SORTS),
        "uses": selectors.uses_of(user, article),
        "said": selectors.said_by(user, version),
        "comments": selectors.comments_on(article),
        "history": selectors.history_of(article),
        "yes": yes,
        "no": no,
    }


@staff_only
@require_GET
def compare(request: HttpRequest, number: str) -> HttpResponse:
    """What changed from one version to another."""
    user = person_of(request)
    article = selectors.article_for(user, number)
    language = request.GET.get("language", "")[:10].replace("\x00", "")
    latest = selectors.version_to_read(user, article, language)
    versions = selectors.versions_of(user, article, latest.language)
    after = whole(request.GET.get("to", "")) or versions[0].number
    before = whole(request.GET.get("from", "")) or _before(versions, after)
    new = selectors.version_numbered(user, article, latest.language, after)
    old = selectors.version_numbered(user, article, latest.language, before)
    names = {"title": _("Title"), "summary": _("In one sentence"),
             "keywords": _("Other words people look for"), "body": _("Text")}  # fmt: skip
    parts = [
        (names[each], lines)
        for each in COMPARED
        if (lines := difference(getattr(old, each), getattr(new, each)))
    ]
    shown = {
        "article": article,
        "old": old,
        "new": new,
        "versions": versions,
        "parts": parts,
        "is_wider": old.audience != new.audience,
    }
    return render(request, "knowledge/compare.html", shown)


def _before(versions: list[Version], number: int) -> int:
    """What readers had before this version: what was published last, else what was written last."""
    older = [each for each in versions if each.number < number]
    told = [each for each in older if each.state != State.DRAFT and each.published_at]
    found = (told or older or versions)[0]
    return found.number


@signed_in
@require_GET
def image(request: HttpRequest, name: str) -> FileResponse:
    """A picture of an article, to whoever may read a text that shows it."""
    found = selectors.image_for(person_of(request), name)
    try:
        file = default_storage.open(found.stored_as)
    except FileNotFoundError as gone:
        raise NotFound(_("The file is gone.")) from gone
    # Within a text it is shown all the same; opened by itself it is saved, never a page of ours.
    answer = FileResponse(
        file, as_attachment=True, filename=found.name, content_type=found.content_type
    )
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
