"""The page on which people keep their reply templates."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import Invalid, NotAllowed
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets import actions
from itsm.tickets.models import ReplyTemplate
from itsm.tickets.replies import PLACEHOLDERS, template_for, templates_of


@staff_only
def show(request: HttpRequest) -> HttpResponse:
    """The templates one may use, and a form for a new one."""
    return _page(request, given={"audience": "mine"})


@staff_only
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Keep a new template."""
    return _save(request, None)


@staff_only
def change(request: HttpRequest, template_id: int) -> HttpResponse:
    """Change a template."""
    template = template_for(person_of(request), template_id)
    if request.method == "POST":
        return _save(request, template)
    audience = "mine" if template.owner_id else template.team.slug if template.team else "everybody"
    given = {"name": template.name, "body": template.body, "audience": audience}
    return _page(request, given=given, template=template)


@staff_only
@require_POST
def remove(request: HttpRequest, template_id: int) -> HttpResponse:
    """Take a template away."""
    user = person_of(request)
    template = template_for(user, template_id)
    actions.remove_template(template=template, actor=user)
    messages.success(request, _("“%(name)s” is gone.") % {"name": template.name})
    return redirect("replies")


def _save(request: HttpRequest, template: ReplyTemplate | None) -> HttpResponse:
    given = {name: request.POST.get(name, "") for name in ("name", "body", "audience")}
    try:
        kept = actions.save_template(actor=person_of(request), template=template, **given)
    except Invalid as refusal:
        return _page(request, given=given, template=template, refusal=refusal)
    messages.success(request, _("“%(name)s” is saved.") % {"name": kept.name})
    return redirect("replies")


def _page(
    request: HttpRequest,
    *,
    given: dict[str, str],
    template: ReplyTemplate | None = None,
    refusal: Invalid | None = None,
) -> HttpResponse:
    user = person_of(request)
    if not user.has_perm("tickets.work"):
        raise NotAllowed(_("You may read only."))
    shown: dict[str, Any] = {
        "templates": [(each, actions.may_change(each, user)) for each in templates_of(user)],
        "changed": template,
        "given": given,
        "wrong": {refusal.field: str(refusal)} if refusal else {},
        "audiences": _audiences(user),
        "placeholders": [(f"{{{name}}}", words) for name, words in PLACEHOLDERS.items()],
    }
    return render(request, "tickets/replies.html", shown, status=422 if refusal else 200)


def _audiences(user: User) -> list[tuple[str, str]]:
    teams = user.memberships.select_related("team").order_by("team__name")
    choices = [("mine", _("Only me")), *((each.team.slug, str(each.team)) for each in teams)]
    if user.has_perm("incidents.manage"):
        choices.append(("everybody", _("Everybody")))
    return choices
