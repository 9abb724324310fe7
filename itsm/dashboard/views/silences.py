"""Silences: what is held back, by whom and why, and holding more back."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.dashboard.asking import asked_of
from itsm.dashboard.selectors.alerts import alert_for
from itsm.monitoring import selectors
from itsm.monitoring.actions import Wanted, end_silence, open_silence
from itsm.monitoring.silences_api import WANTED
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.fields import cleaned
from itsm.tickets.forms import shown
from itsm.tickets.selectors import numbers_visible_to

SIZE = 25
MOST_ALERTS = 50
TABS = {"on": _l("On"), "coming": _l("To come"), "over": _l("Over")}
USUAL_LENGTH = timedelta(hours=2)


@staff_only
def silences(request: HttpRequest) -> HttpResponse:
    """The silences that are on, to come, or over."""
    user, asked = person_of(request), asked_of(request)
    standing = asked.get("standing", "on")
    standing = standing if standing in TABS else "on"
    found = selectors.visible_silences(user, standing=standing)
    page = Paginator(found, SIZE).get_page(asked.get("page"))
    ids = [each.pk for each in page]
    counts, scopes = selectors.how_many_held(ids), selectors.scopes_of(ids)
    content = {
        "tabs": [(name, label, name == standing) for name, label in TABS.items()],
        "standing": standing,
        "page": page,
        "rows": [(each, counts.get(each.pk, 0), scopes[each.pk]) for each in page],
        "may_silence": user.has_perm("monitoring.work"),
    }
    return render(request, "dashboard/silences.html", content)


@staff_only
def silence(request: HttpRequest, pk: int) -> HttpResponse:
    """One silence and the alerts it holds back."""
    user = person_of(request)
    found = selectors.silence_for(user, pk)
    alerts = list(selectors.held_back(user, found)[: MOST_ALERTS + 1])
    numbers = numbers_visible_to(user, [found.ticket_id]) if found.ticket_id else {}
    standing = found.stands(timezone.now())
    services, components = selectors.scopes_of([found.pk])[found.pk]
    content = {
        "silence": found,
        "scope": (selectors.titles_of(services), components),
        "ticket": found.ticket if numbers else None,
        "alerts": alerts[:MOST_ALERTS],
        "has_more": len(alerts) > MOST_ALERTS,
        "count": selectors.how_many_held([found.pk]).get(found.pk, 0),
        "standing": standing,
        "word": TABS[standing],
        "may_end": standing != "over" and user.has_perm("monitoring.work"),
    }
    return render(request, "dashboard/silence.html", content)


@staff_only
def new_silence(request: HttpRequest) -> HttpResponse:
    """Hold alerts back for a while."""
    user = person_of(request)
    if not user.has_perm("monitoring.work"):
        raise NotAllowed(_("You may not silence alerts."))
    if request.method != "POST":
        return _form(request, given=_proposed(user, asked_of(request).get("alert", "")))
    given = {each.name: request.POST.get(each.name, "") for each in WANTED}
    try:
        values = {name: value for name, value in cleaned(WANTED, given).items() if value}
        made = open_silence(wanted=Wanted(**values), actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, given=given, refusal=refusal)
    return redirect("silence", pk=made.pk)


def _proposed(user: User, key: str) -> dict[str, str]:
    """What one most likely wants: this alert, for two hours."""
    ends_at = timezone.localtime() + USUAL_LENGTH
    given = {"ends_at": ends_at.strftime("%Y-%m-%dT%H:%M"), "most_severity": "critical"}
    if key.isascii() and key.isdigit() and len(key) < 19:
        try:
            alert = alert_for(user, int(key))
        except NotFound:
            return given
        name = alert.labels.get("alertname")
        given["matchers"] = f"alertname={name}" if name else f"title={alert.title}".replace(",", "")
        given["services"] = alert.service.name if alert.service else ""
    return given


def _form(
    request: HttpRequest, *, given: dict[str, str], refusal: Refused | None = None
) -> HttpResponse:
    wrong = {refusal.field: str(refusal)} if refusal and refusal.field else {}
    page: dict[str, Any] = {
        "fields": shown(WANTED, user=person_of(request), given=given, wrong=wrong),
        "wrong": str(refusal) if refusal and not refusal.field else "",
    }
    return render(request, "dashboard/new_silence.html", page, status=422 if refusal else 200)


@staff_only
@require_POST
def finish_silence(request: HttpRequest, pk: int) -> HttpResponse:
    """End a silence before its time."""
    user = person_of(request)
    try:
        end_silence(silence=selectors.silence_for(user, pk), actor=user)
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(reverse("silence", args=[pk]))
