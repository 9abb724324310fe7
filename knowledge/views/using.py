"""Articles beside the work on a record: suggested, put into a reply, linked; drafts from many."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from itsm.automation.selectors.runbooks import runbooks_that_may_help
from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.people.access import person_of, staff_only
from itsm.tickets import actions as ticket_actions
from itsm.tickets.desks import address_of
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import drafts_of, ticket_for
from knowledge import actions, beside, selectors
from knowledge.models import UseSort

RUN_FOR = ("incident", "problem")


@staff_only
@require_GET
def suggested(request: HttpRequest, number: str) -> HttpResponse:
    """The articles that may help with a record, fetched once its page stands."""
    user = person_of(request)
    ticket = ticket_for(user, number)
    may_run = ticket.kind in RUN_FOR and ticket.is_open() and user.has_perm("runbooks.run")
    shown = {
        "ticket": ticket,
        "hits": beside.suggested_for(user, ticket),
        "runbooks": runbooks_that_may_help(user, ticket) if may_run else [],
    }
    template = "_suggested" if "X-Live" in request.headers else "suggested"
    return render(request, f"knowledge/{template}.html", shown)


@staff_only
@require_POST
def use(request: HttpRequest, number: str) -> HttpResponse:
    """Say that an article helped with a record, or has nothing to do with it after all."""
    user = person_of(request)
    article = selectors.article_for(user, number)
    ticket = _ticket(request)
    sort = request.POST.get("sort", "")
    sort = sort if sort in UseSort.values else UseSort.USED.value
    if request.POST.get("undo") == "1":
        found = beside.use_between(article, ticket, sort)
        if found is not None:
            actions.unuse_article(use=found, ticket=ticket, actor=user)
    else:
        actions.use_article(article=article, ticket=ticket, actor=user, sort=sort)
    return redirect(address_of(ticket))


@staff_only
@require_POST
def insert(request: HttpRequest, number: str) -> HttpResponse:
    """Put an article into what is being written on a record; with that it was used there."""
    user = person_of(request)
    article = selectors.article_for(user, number)
    version = selectors.version_to_read(user, article)
    ticket = _ticket(request)
    actions.use_article(article=article, ticket=ticket, actor=user)
    if request.POST.get("kept") == "1":  # the page itself has put it where the cursor was
        return HttpResponse(status=204)
    draft = next((each for each in drafts_of(ticket) if each.author_id == user.pk), None)
    body = f"{draft.body.rstrip()}\n\n" if draft and draft.body.strip() else ""
    found = beside.address_for_reader(version)
    is_public = version.is_public and (draft is None or draft.public or not draft.body.strip())
    try:
        ticket_actions.keep_draft(
            ticket=ticket, author=user, body=f"{body}{version.title}\n{found}", public=is_public
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{address_of(ticket)}#reply")


@staff_only
def clusters(request: HttpRequest) -> HttpResponse:
    """What was resolved again and again without an article; a draft of one from its records."""
    user = person_of(request)
    if request.method != "POST":
        shown = {
            "clusters": beside.clusters_for(user),
            "may_write": user.has_perm("knowledge.write"),
        }
        return render(request, "knowledge/clusters.html", shown)
    numbers = request.POST.get("numbers", "").replace("\x00", "").split(",")
    try:
        version = actions.draft_from_cluster(numbers=numbers[:60], actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("knowledge-clusters")
    messages.success(request, _("The draft says what the records say; now make it yours."))
    return redirect(f"/knowledge/{version.article.number}/edit/?language={version.language}")


def _ticket(request: HttpRequest) -> Ticket:
    number = request.POST.get("ticket", "")[:20].replace("\x00", "")
    if not number:
        raise NotFound("No record was named.")
    ticket: Ticket = ticket_for(person_of(request), number)
    return ticket
