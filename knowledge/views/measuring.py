"""What knowledge is good for, in figures, each beside what it is made of."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from itsm.core.lasting import lasting
from itsm.people.access import person_of, staff_only
from knowledge import measures, selectors

SPANS = ("30", "90", "365")


@staff_only
@require_GET
def measured(request: HttpRequest) -> HttpResponse:
    """What articles spared, where they were used, and what of them grows old."""
    user = person_of(request)
    days = request.GET.get("days", "90")
    days = days if days in SPANS else "90"
    since = timezone.now() - timedelta(days=int(days))
    by_article = measures.deflection_by_article(since)
    uses = measures.uses_by_article(since)
    versions = selectors.best_of(user, {*by_article, *uses})
    saving = measures.saving(since)
    shown = {
        "days": days,
        "spans": SPANS,
        "deflection": measures.deflection(since),
        "saving": saving,
        "saved": lasting(timedelta(seconds=abs(saving.saved))) if saving.saved else "",
        "with_it": lasting(timedelta(seconds=saving.with_it)) if saving.with_it else "",
        "without_it": lasting(timedelta(seconds=saving.without_it)) if saving.without_it else "",
        "shown_most": [
            (versions[key], each) for key, each in by_article.items() if key in versions
        ],
        "used_most": [(versions[key], each) for key, each in uses.items() if key in versions],
        "stale": selectors.stale_first(user),
        "counts": selectors.counts(),
    }
    return render(request, "knowledge/measures.html", shown)
