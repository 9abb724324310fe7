"""Rules and macros as a file: taking them out, and saying what another file would change."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from itsm.automation.actions import applying, keeping
from itsm.core.errors import NotAllowed, Refused
from itsm.people.access import person_of, staff_only


@staff_only
def file(request: HttpRequest) -> HttpResponse:
    """Show all rules and macros as YAML; plan or apply what was changed in it."""
    user = person_of(request)
    if not user.has_perm(keeping.EDIT):
        raise NotAllowed(_("You may not change what is done by itself."))
    content: dict[str, Any] = {"text": request.POST.get("file") or applying.exported()}
    if request.method == "POST":
        text = request.POST.get("file", "").replace("\r\n", "\n")
        try:
            if request.POST.get("do") == "apply":
                found = applying.apply(text=text, actor=user)
                messages.success(request, _("%(count)d changes were made.") % {"count": len(found)})
                return redirect("rules")
            content["differences"] = applying.plan(text=text, actor=user)
        except NotAllowed:
            raise
        except Refused as refusal:
            content["wrong"] = str(refusal)
    is_wrong = "wrong" in content
    return render(request, "automation/file.html", content, status=422 if is_wrong else 200)
