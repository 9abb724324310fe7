"""Addresses of the pages every kind of ticket has, and of what those pages fetch."""

from django.urls import URLPattern, path

from itsm.tickets import addresses  # noqa: F401 teaches Django <number:> and <word:>
from itsm.tickets.desks import Desk
from itsm.tickets.views import (
    acting,
    changing,
    editing,
    keeping,
    lists,
    page,
    replies,
    saying,
    similar,
    suggesting,
    tasks,
    writing,
)

urlpatterns = [
    path("files/<word:name>/", saying.download, name="file"),
    path("replies/", replies.show, name="replies"),
    path("replies/new/", replies.add, name="reply-new"),
    path("replies/<int:template_id>/", replies.change, name="reply-change"),
    path("replies/<int:template_id>/remove/", replies.remove, name="reply-remove"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:task_id>/", tasks.move, name="task"),
    path("similar/", similar.show_typed, name="similar"),
    path("suggest/<word:noun>/", suggesting.suggest, name="suggest"),
]


def pages_of(desk: Desk) -> list[URLPattern]:
    """The addresses of one kind's pages."""
    given = {"desk": desk}
    kind = desk.kind
    return [
        path("", lists.show_queue, given, name=desk.plural),
        path("rows/", lists.show_rows, given, name=f"{kind}-rows"),
        path("change/", changing.change, given, name=f"{kind}-change"),
        path("undo/", changing.take_back, given, name=f"{kind}-undo"),
        path("views/", keeping.views, given, name=f"{kind}-views"),
        path("views/new/", keeping.new, given, name=f"{kind}-view-new"),
        path("views/<int:view_id>/", keeping.arrange, given, name=f"{kind}-view-arrange"),
        path("views/<int:view_id>/edit/", keeping.change, given, name=f"{kind}-view-edit"),
        path("look/", lists.choose_look, given, name=f"{kind}-look"),
        path("<number:number>/", page.show, given, name=kind),
        path("<number:number>/earlier/", page.show_earlier, given, name=f"{kind}-earlier"),
        path("<number:number>/edit/", editing.edit, given, name=f"{kind}-edit"),
        path("<number:number>/say/", saying.say, given, name=f"{kind}-say"),
        path("<number:number>/draft/", writing.draft, given, name=f"{kind}-draft"),
        path("<number:number>/draft/files/", writing.add_files, given, name=f"{kind}-draft-files"),
        path(
            "<number:number>/draft/files/<int:file_id>/remove/",
            writing.remove_file,
            given,
            name=f"{kind}-draft-file-remove",
        ),
        path("<number:number>/presence/", writing.presence, given, name=f"{kind}-presence"),
        path("<number:number>/similar/", similar.show, given, name=f"{kind}-similar"),
        path("<number:number>/offers/", writing.offers, given, name=f"{kind}-offers"),
        path("<number:number>/watch/", acting.watch, given, name=f"{kind}-watch"),
        path("<number:number>/link/", acting.link, given, name=f"{kind}-link"),
        path("<number:number>/pin/", acting.pin, given, name=f"{kind}-pin"),
        path("<number:number>/do/<word:verb>/", acting.act, given, name=f"{kind}-act"),
    ]
