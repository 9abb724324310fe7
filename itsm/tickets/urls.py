"""Addresses of the pages every kind of ticket has, and of what those pages fetch."""

from django.urls import URLPattern, path

from itsm.tickets import addresses  # noqa: F401 teaches Django <number:> and <word:>
from itsm.tickets.desks import Desk
from itsm.tickets.views import acting, lists, page, saying

urlpatterns = [
    path("files/<word:name>/", saying.download, name="file"),
    path("suggest/<word:noun>/", lists.suggest, name="suggest"),
]


def pages_of(desk: Desk) -> list[URLPattern]:
    """The addresses of one kind's pages."""
    given = {"desk": desk}
    kind = desk.kind
    return [
        path("", lists.show_queue, given, name=desk.plural),
        path("rows/", lists.show_rows, given, name=f"{kind}-rows"),
        path("<number:number>/", page.show, given, name=kind),
        path("<number:number>/earlier/", page.show_earlier, given, name=f"{kind}-earlier"),
        path("<number:number>/edit/", acting.edit, given, name=f"{kind}-edit"),
        path("<number:number>/say/", saying.say, given, name=f"{kind}-say"),
        path("<number:number>/watch/", acting.watch, given, name=f"{kind}-watch"),
        path("<number:number>/link/", acting.link, given, name=f"{kind}-link"),
        path("<number:number>/pin/", acting.pin, given, name=f"{kind}-pin"),
        path("<number:number>/do/<word:verb>/", acting.act, given, name=f"{kind}-act"),
    ]
