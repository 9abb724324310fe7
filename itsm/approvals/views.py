"""The page of what waits for one's word, and giving it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from itsm.approvals import actions, selectors
from itsm.core.errors import NotAllowed, Refused
from itsm.people.access import frame_of, person_of, signed_in

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
