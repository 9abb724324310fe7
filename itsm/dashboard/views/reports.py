"""The reports people have sent to themselves."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.dashboard.actions import schedule_report, unschedule_report
from itsm.dashboard.models import ReportSchedule
from itsm.dashboard.selectors.reports import schedule_for, schedules_of
from itsm.people.access import person_of, staff_only
from itsm.people.selectors import visible_teams
from itsm.tickets.views.opening import refusals_told


@staff_only
def reports(request: HttpRequest) -> HttpResponse:
    """One's own reports, and a form for another."""
    user = person_of(request)
    teams = list(visible_teams(user))
    if request.method == "POST":
        slug = request.POST.get("team", "")
        team = next((each for each in teams if each.slug == slug), None)
        with refusals_told(request):
            schedule_report(user=user, every=request.POST.get("every", "")[:10], team=team)
            messages.success(request, _("It will be sent to %(mail)s.") % {"mail": user.email})
        return redirect("reports")
    content = {
        "schedules": schedules_of(user),
        "choices": ReportSchedule.Every.choices,
        "teams": teams,
        "mail": user.email,
    }
    return render(request, "dashboard/reports.html", content)


@staff_only
@require_POST
def remove_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Have one sent no more."""
    user = person_of(request)
    unschedule_report(schedule=schedule_for(user, pk), actor=user)
    messages.success(request, _("It is sent no more."))
    return redirect("reports")
