"""What an address asks for, as text that the database can take."""

from django.http import HttpRequest

LONGEST = 200


def asked_of(request: HttpRequest) -> dict[str, str]:
    """The parameters of the address, each once, none longer than anybody would type."""
    return {
        name: request.GET.get(name, "").replace("\x00", "").strip()[:LONGEST]
        for name in request.GET
    }


def address_with(request: HttpRequest, **changes: str) -> str:
    """This page with some of what it was asked for changed; always its first page."""
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"
