"""The pages of incidents that no other kind of ticket has."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from incidents import actions
from incidents.actions.opening import Report
from incidents.desk import desk
from incidents.forms import REPORT
from itsm.core.errors import NotAllowed, Refused
from itsm.people.access import person_of, staff_only
from itsm.tickets.fields import cleaned
from itsm.tickets.forms import shown
from itsm.tickets.models import Channel

USUAL = {"impact": "2", "urgency": "2"}


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Open an incident that somebody called about, or that was noticed."""
    user = person_of(request)
    if not user.has_perm("tickets.work"):
        raise NotAllowed(_("You may read only."))
    if request.method != "POST":
        return _form(request, given=USUAL)
    given = {each.name: request.POST.get(each.name, "") for each in REPORT}
    try:
        values = cleaned(REPORT, given)
        source = Channel.PHONE if values["caller"] else Channel.SELF_DETECTED
        report = Report(**values, source=source)
        incident = actions.open_incident(report=report, actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, given=given, refusal=refusal)
    address = desk.address_of(incident.number)
    if request.headers.get("X-Dialog"):
        return HttpResponse(headers={"X-Go": address})
    return redirect(address)


def _form(
    request: HttpRequest, *, given: dict[str, str], refusal: Refused | None = None
) -> HttpResponse:
    wrong = {refusal.field: str(refusal)} if refusal and refusal.field else {}
    page = {
        "desk": desk,
        "fields": shown(REPORT, user=person_of(request), given=given, wrong=wrong),
        "wrong": str(refusal) if refusal and not refusal.field else "",
    }
    return render(request, "incidents/new.html", page, status=422 if refusal else 200)
