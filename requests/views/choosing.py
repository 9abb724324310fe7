"""Where staff begin an order: choosing what, before saying for whom."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from itsm.people.access import person_of, staff_only
from requests.desk import desk
from requests.selectors import catalogue_for

LONGEST_SEARCH = 200


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """What can be ordered; its own page asks the rest."""
    text = request.GET.get("q", "").replace("\x00", "")[:LONGEST_SEARCH]
    items = catalogue_for(person_of(request), text=text)
    return render(request, "requests/new.html", {"desk": desk, "items": items, "text": text})
