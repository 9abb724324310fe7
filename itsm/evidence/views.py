"""The evidence about a record on a page of its own, and the wish for more."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from itsm.core.errors import NotFound
from itsm.evidence import actions, selectors
from itsm.evidence.telling import told, where_to_take
from itsm.people.access import person_of, staff_only
from itsm.tickets.desks import address_of
from itsm.tickets.permissions import may_work
from itsm.tickets.selectors import ticket_for

MOST_PACKS = 20


@staff_only
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Show a pack of a record, the newest unless one is named; or have another made."""
    user = person_of(request)
    ticket = ticket_for(user, number)
    if ticket.kind not in selectors.KINDS:
        raise NotFound(_("There is no evidence about it."))
    if request.method == "POST":
        actions.ask_for_pack(ticket=ticket, actor=user)
        messages.success(request, _("Evidence is being gathered: it is here within a minute."))
        return redirect(address_of(ticket))
    packs = list(selectors.packs_of(user, ticket)[:MOST_PACKS])
    wanted = request.GET.get("pack", "")
    chosen = next((each for each in packs if str(each.pk) == wanted), next(iter(packs), None))
    page = {
        "ticket": ticket,
        "packs": packs,
        "pack": told(chosen, user) if chosen else None,
        "may_ask": may_work(user, ticket),
        "take": where_to_take(user, ticket),
    }
    return render(request, "evidence/page.html", page)
