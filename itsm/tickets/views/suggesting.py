"""Names to choose from while one types."""

from collections import Counter

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
        all_of_them = visible_services(user)
        services = all_of_them.filter(name__icontains=text) | all_of_them.filter(
            title__icontains=text
        )
        options = [{"value": each.name, "label": str(each)} for each in services[:MOST_NAMES]]
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
    if request.GET.get("by") == "name":
        options = _by_name(options)
    return JsonResponse({"options": options})


def _by_name(options: list[dict[str, str]]) -> list[dict[str, str]]:
    """What a form of names fills in: the name, where only one of these has it."""
    often = Counter(each["label"].lower() for each in options)
    return [
        {**each, "value": each["label"], "label": each["value"]}
        if often[each["label"].lower()] == 1
        else each
        for each in options
    ]
