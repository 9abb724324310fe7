"""Names to choose from while one types."""

from django.http import Http404, HttpRequest, JsonResponse

from itsm.inventory.selectors import visible_services
from itsm.people.access import person_of, staff_only
from itsm.people.selectors import visible_teams, workers
from itsm.tickets.templatetags.screens import initials

MOST_NAMES = 12


@staff_only
def suggest(request: HttpRequest, *, noun: str) -> JsonResponse:
    """Names that begin with or hold what was typed, for a field to offer."""
    user, text = person_of(request), request.GET.get("q", "").replace("\x00", "").strip()
    if noun == "services":
        services = visible_services(user).filter(name__icontains=text)[:MOST_NAMES]
        options = [{"value": each.name, "label": str(each)} for each in services]
    elif noun == "people":
        people = workers().filter(username__icontains=text) | workers().filter(name__icontains=text)
        options = [
            {"value": each.username, "label": str(each), "letters": initials(each)}
            for each in people[:MOST_NAMES]
        ]
    elif noun == "teams":
        teams = visible_teams(user).filter(name__icontains=text)[:MOST_NAMES]
        options = [{"value": each.slug, "label": each.name} for each in teams]
    else:
        raise Http404
    return JsonResponse({"options": options})
