"""The page of what waits for one's word, and giving it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from itsm.approvals import actions, links, selectors
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.access import frame_of, person_of, signed_in
from itsm.people.middleware import zone_of

MOST = 50


@signed_in
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for this person's word."""
    user = person_of(request)
    found = list(selectors.waiting_for(user)[: MOST + 1])
    page = {
        "approvals": found[:MOST],
        "has_more": len(found) > MOST,
        "mine": selectors.open_vote_ids(user, found),
        "base": frame_of(user),
    }
    return render(request, "approvals/waiting.html", page)


@never_cache
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Give one's word by the link of a message: looking asks, only posting answers."""
    asked = links.opened(token)
    if asked is None:
        return render(request, "approvals/answer.html", {"is_over": True}, status=410)
    if asked.needs_sign_in and request.user != asked.user:
        return redirect_to_login(request.get_full_path())
    language = asked.user.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone_of(asked.user)):
        return _answer(request, asked)


def _answer(request: HttpRequest, asked: links.Asked) -> HttpResponse:
    page = {"asked": asked, "approval": asked.approval, "ticket": asked.approval.ticket}
    if request.method != "POST":
        return render(request, "approvals/answer.html", page)
    try:
        actions.vote(
            approval=asked.approval,
            actor=asked.user,
            word=request.POST.get("word", ""),
            comment=request.POST.get("comment", "").replace("\x00", ""),
            seen=asked.approval.snapshot_hash,
            way="link",
        )
    except Refused as refusal:
        page |= {"wrong": str(refusal), "comment": request.POST.get("comment", "")}
        status = 422 if isinstance(refusal, Invalid) else 409
        return render(request, "approvals/answer.html", page, status=status)
    return render(request, "approvals/answer.html", page | {"is_done": True})


@signed_in
@require_POST
def cast(request: HttpRequest, approval_id: int) -> HttpResponse:
    """Take one's word on one approval."""
    user = person_of(request)
    approval = selectors.visible_approvals(user).filter(pk=approval_id).first()
    if approval is None:
        raise Http404
    word = request.POST.get("word", "")
    try:
        actions.vote(
            approval=approval,
            actor=user,
            word=word,
            comment=request.POST.get("comment", ""),
            seen=request.POST.get("seen", ""),
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you, your word counts."))
    back = request.POST.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, None)
    return redirect(back if is_ours else "approvals")
