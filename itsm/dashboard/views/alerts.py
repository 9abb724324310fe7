"""The stream of alerts, one alert, and saying that somebody is on them."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from itsm.core.errors import NotAllowed, Refused
from itsm.core.news import horizon
from itsm.dashboard.asking import address_with, asked_of
from itsm.dashboard.selectors import alerts as selectors
from itsm.dashboard.selectors.alerts import SIZE, STATUSES
from itsm.monitoring.actions import acknowledge
from itsm.monitoring.models import Status
from itsm.monitoring.selectors import visible_sources
from itsm.monitoring.severities import CHOICES
from itsm.people.access import person_of, staff_only

WORDS = {"on": _l("On now"), "all": _l("All"), **dict(Status.choices), "expired": _l("Expired")}
HERE = "/alerts/"


@staff_only
def alerts(request: HttpRequest) -> HttpResponse:
    """The alerts as filtered, those that are on unless another status is asked for."""
    user, cursor = person_of(request), horizon()
    asked = asked_of(request)
    if asked.get("status") not in STATUSES:
        asked["status"] = "on"
    stream = selectors.stream(user, asked)
    shown = {
        "cursor": cursor,
        "asked": asked,
        "groups": stream.groups,
        "older": address_with(request, after=stream.older) if stream.older else "",
        "is_first": not asked.get("after"),
        "is_narrowed": any(asked.get(each) for each in ("q", "severity", "service", "source")),
        "statuses": [(each, WORDS[each]) for each in STATUSES],
        "severities": CHOICES,
        "sources": visible_sources(user).select_related(None),
        "may_ack": user.has_perm("monitoring.work"),
    }
    return render(request, "dashboard/alerts.html", shown)


@staff_only
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert with all that is known of it."""
    user, cursor = person_of(request), horizon()
    shown = selectors.alert_for(user, pk)
    links = [(name, each) for name, each in shown.links.items() if _is_address(each)]
    content = {
        "cursor": cursor,
        "alert": shown,
        "incident": selectors.incident_of(user, shown) if shown.incident_id else None,
        "labels": sorted(shown.labels.items()),
        "links": links,
        "past": [(each, _told(each.name, each.data)) for each in selectors.past_of(shown)],
        "payload": json.dumps(_payload(shown), indent=2, ensure_ascii=False),
        "may_silence": shown.is_active() and user.has_perm("monitoring.work"),
        "may_ack": shown.status == Status.FIRING and user.has_perm("monitoring.work"),
    }
    return render(request, "dashboard/alert.html", content)


def _is_address(link: Any) -> bool:
    """Whether a link of a tool leads to a page, rather than to a script."""
    return isinstance(link, str) and link.startswith(("https://", "http://"))


def _told(name: str, _data: Any) -> str:
    return name.partition(".")[2].replace("_", " ")


def _payload(alert: Any) -> dict[str, Any]:
    """What the tool said last, as far as it is kept."""
    instants = ("starts_at", "ends_at", "last_seen_at")
    return {
        "fingerprint": alert.fingerprint,
        "group": alert.group_key,
        **{name: at.isoformat() for name in instants if (at := getattr(alert, name))},
        "labels": alert.labels,
        "links": alert.links,
    }


@staff_only
@require_POST
def acknowledge_alerts(request: HttpRequest) -> HttpResponse:
    """Say that somebody is on one alert or many; those that no longer fire are left as they are."""
    user = person_of(request)
    if not user.has_perm("monitoring.work"):
        raise NotAllowed(_("You may not acknowledge alerts."))
    keys = [int(each) for each in request.POST.getlist("alert")[:SIZE] if _is_key(each)]
    if not keys:
        messages.error(request, _("Mark the alerts you are on, then acknowledge them."))
        return redirect(_back(request))
    done = 0
    for each in selectors.alerts_for(user, keys):
        try:
            acknowledge(alert=each, actor=user)
        except Refused:
            continue
        done += 1
    messages.success(
        request,
        ngettext("%(count)d alert acknowledged.", "%(count)d alerts acknowledged.", done)
        % {"count": done},
    )
    return redirect(_back(request))


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _back(request: HttpRequest) -> str:
    """The page the form stood on, if it is one of ours."""
    address = request.POST.get("next", "")
    is_ours = address.startswith(HERE) and url_has_allowed_host_and_scheme(address, None)
    return address if is_ours else HERE
