"""The page of templates: what each has earned, and deciding on what is proposed."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from changes import actions, records
from changes.wording import RATINGS
from itsm.people.access import person_of, staff_only
from itsm.tickets.views.opening import refusals_told

SIZE = 25


@staff_only
def templates(request: HttpRequest) -> HttpResponse:
    """Every template with its record."""
    user = person_of(request)
    page = Paginator(records.visible_templates(user), SIZE).get_page(request.GET.get("page"))
    reports = records.reports_of(page)
    rows = [(each, reports[each.pk]) for each in page]
    shown = {
        "page": page,
        "rows": [(each, report, RATINGS.get(report.rating, "")) for each, report in rows],
        "may_decide": user.has_perm("changes.manage"),
        "user_id": user.pk,
    }
    return render(request, "changes/templates.html", shown)


@staff_only
@require_POST
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Confirm or decline what a template has earned."""
    user = person_of(request)
    template = records.template_for(user, slug)
    comment = request.POST.get("comment", "").strip()[:500]
    with refusals_told(request):
        proposal = records.open_proposal(template)
        if request.POST.get("word") == "confirm":
            actions.confirm_template(proposal=proposal, actor=user)
            messages.success(
                request, _("%(name)s needs no leave from now on.") % {"name": template}
            )
        elif request.POST.get("word") == "decline":
            actions.decline_template(proposal=proposal, actor=user, comment=comment)
    return redirect("change-templates")
