"""A person's calendar for other programs, at a secret address."""

import hashlib

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from changes import actions, agenda, ical
from changes.actions.feeding import digest_of
from changes.desk import desk
from itsm.people.access import person_of, staff_only
from itsm.people.middleware import zone_of


@staff_only
def manage(request: HttpRequest) -> HttpResponse:
    """Make, renew or end the address of one's own calendar."""
    user = person_of(request)
    address, status, wish = "", 200, request.POST.get("do", "")
    if request.method == "POST" and wish == "make":
        path = reverse("change-feed-read", args=[actions.make_feed(user=user)])
        address = f"{settings.BASE_URL}{path}"
    elif request.method == "POST" and wish == "end":
        actions.end_feed(user=user)
    elif request.method == "POST":
        status = 422
    page = {"feed": agenda.feed_of(user), "address": address, "desk": desk}
    return render(request, "changes/feed.html", page, status=status)


@require_safe
def read(request: HttpRequest, secret: str) -> HttpResponseBase:
    """What its owner may see now, as iCalendar; whoever is gone has no calendar."""
    feed = agenda.feed_with(digest_of(secret))
    if feed is None:
        raise Http404
    actions.note_reading(feed=feed)
    user = feed.user
    with translation.override(user.language or settings.LANGUAGE_CODE):
        told = agenda.told_to(user, now=timezone.now())
        name = _("Changes")
    body = ical.written(told, name=name, zone=str(zone_of(user)))
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, max-age=300"
    answer["Content-Disposition"] = 'inline; filename="changes.ics"'
    answer["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer
