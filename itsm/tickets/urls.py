"""Addresses of the pages every kind of ticket has, and of what those pages fetch."""

from django.urls import URLPattern, path

from itsm.tickets.desks import Desk
from itsm.tickets.views import acting, lists, page, saying

urlpatterns = [
    path("files/<str:name>/", saying.download, name="file"),
    path("suggest/<str:noun>/", lists.suggest, name="suggest"),
]


def pages_of(desk: Desk) -> list[URLPattern]:
    """The addresses of one kind's pages."""
    given = {"desk": desk}
    kind = desk.kind
    return [
        path("", lists.show_queue, given, name=desk.plural),
        path("rows/", lists.show_rows, given, name=f"{kind}-rows"),
        path("<str:number>/", page.show, given, name=kind),
        path("<str:number>/earlier/", page.show_earlier, given, name=f"{kind}-earlier"),
        path("<str:number>/edit/", acting.edit, given, name=f"{kind}-edit"),
        path("<str:number>/say/", saying.say, given, name=f"{kind}-say"),
        path("<str:number>/watch/", acting.watch, given, name=f"{kind}-watch"),
        path("<str:number>/link/", acting.link, given, name=f"{kind}-link"),
        path("<str:number>/do/<str:verb>/", acting.act, given, name=f"{kind}-act"),
    ]
