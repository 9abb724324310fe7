"""What belongs to a ticket: comments, timeline, files, links and watchers."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import Invalid, NotFound
from itsm.core.fields import Choice, Flag
from itsm.core.rest.asking import Asked
from itsm.core.rest.operations import LIST, PAGE, operation
from itsm.core.rest.pages import limit_of
from itsm.core.rest.views import Collection
from itsm.people.fields import Anybody
from itsm.tickets import actions
from itsm.tickets.actions.comments import BODY
from itsm.tickets.api.shapes import ATTACHMENT, COMMENT, LINK, MOMENT, WATCHER, link_row
from itsm.tickets.fields import TicketNumber
from itsm.tickets.files import served
from itsm.tickets.models import Link
from itsm.tickets.permissions import may_see_notes
from itsm.tickets.selectors import (
    attachments_of,
    comments_of,
    links_of,
    ticket_for,
    timeline,
    watchers_of,
)

PAGED = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 25},
    "cursor": {"type": "string"},
}
BEFORE = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 25},
    "before": {"type": "integer", "description": "Only what came before this id."},
}
OLDEST_FIRST = {"orderings": {"id": ("id",)}, "default": "id"}
PUBLIC = Flag(name="public", label=_l("The caller may see it"), default=True)


class Belongings(Collection):
    """The part of a collection of tickets that deals with what belongs to one of them."""

    def ticket(self, request: Asked, number: str) -> Any:
        raise NotImplementedError

    @operation(
        "get",
        "<str:number>/comments/",
        _l("List what was said on it"),
        gives=COMMENT,
        many=PAGE,
        parameters=PAGED,
    )
    def comments(self, request: Asked, number: str) -> Response:
        said = comments_of(request.user, self.ticket(request, number))
        return self.page(request, said, shape=COMMENT, **OLDEST_FIRST)

    @operation(
        "post",
        "<str:number>/comments/",
        _l("Reply, or write a work note"),
        takes=(BODY, PUBLIC),
        gives=COMMENT,
        status=201,
        refuses=(409,),
    )
    def add_comment(self, request: Asked, number: str) -> Response:
        ticket = self.ticket(request, number)
        said = actions.comment(ticket=ticket, actor=request.user, **self.given(request))
        found = comments_of(request.user, ticket).filter(pk=said.pk)
        return Response(COMMENT.one(found, request.user), 201)

    @operation(
        "get",
        "<str:number>/timeline/",
        _l("Read what happened to it, newest first"),
        gives=MOMENT,
        many=PAGE,
        parameters=BEFORE,
    )
    def timeline(self, request: Asked, number: str) -> Response:
        ticket = self.ticket(request, number)
        limit, before = limit_of(request), _before(request)
        found = timeline(request.user, ticket, before=before, size=limit + 1)
        shown = found[::-1][:limit]
        following = None
        if len(found) > limit:
            query = f"?limit={limit}&before={shown[-1].event.pk}"
            following = request.build_absolute_uri(f"{request.path}{query}")
        is_inside = may_see_notes(request.user)
        rows = [_moment(each, is_inside=is_inside) for each in shown]
        return Response({"next": following, "previous": None, "results": rows})

    @operation(
        "get",
        "<str:number>/attachments/",
        _l("List its files"),
        gives=ATTACHMENT,
        many=PAGE,
        parameters=PAGED,
    )
    def attachments(self, request: Asked, number: str) -> Response:
        files = attachments_of(request.user, self.ticket(request, number))
        return self.page(request, files, shape=ATTACHMENT, **OLDEST_FIRST)

    @operation(
        "post",
        "<str:number>/attachments/",
        _l("Attach files to it"),
        takes=(PUBLIC,),
        takes_files=True,
        gives=ATTACHMENT,
        many=LIST,
        status=201,
        refuses=(409,),
    )
    def add_attachments(self, request: Asked, number: str) -> Response:
        ticket = self.ticket(request, number)
        files = request.FILES.getlist("files")
        if not files:
            raise Invalid(_("Send at least one file."), field="files")
        stored = actions.attach(
            ticket=ticket, actor=request.user, files=files, **self.given(request)
        )
        found = attachments_of(request.user, ticket).filter(pk__in=[each.pk for each in stored])
        return Response(ATTACHMENT.read(found, request.user)[0], 201)

    @operation(
        "get",
        "<str:number>/attachments/<int:file_id>/",
        _l("Fetch one of its files"),
        gives_file=True,
    )
    def attachment(self, request: Asked, number: str, file_id: int) -> Any:
        files = attachments_of(request.user, self.ticket(request, number))
        file = files.filter(pk=file_id).first()
        if file is None:
            raise NotFound(_("There is no such file."))
        return served(file)

    @operation(
        "get", "<str:number>/links/", _l("List its links to other tickets"), gives=LINK, many=LIST
    )
    def links(self, request: Asked, number: str) -> Response:
        ticket = self.ticket(request, number)
        return Response([link_row(ticket.pk, each) for each in links_of(request.user, ticket)])

    @operation(
        "post",
        "<str:number>/links/",
        _l("Link it to another ticket"),
        takes=(
            TicketNumber(name="ticket", label=_l("Number of the other"), required=True),
            Choice(name="sort", choices=Link.Sort.choices),
        ),
        gives=LINK,
        status=201,
        refuses=(409,),
    )
    def add_link(self, request: Asked, number: str) -> Response:
        ticket = self.ticket(request, number)
        values = self.given(request)
        try:
            other = ticket_for(request.user, values["ticket"])
        except NotFound as missing:
            raise Invalid(str(missing), field="ticket") from None
        sort = values["sort"] or Link.Sort.RELATES_TO
        link = actions.link(ticket=ticket, other=other, sort=sort, actor=request.user)
        found = [each for each in links_of(request.user, ticket) if each.pk == link.pk]
        return Response(link_row(ticket.pk, found[0]), 201)

    @operation("delete", "<str:number>/links/<int:link_id>/", _l("Take a link away"), status=204)
    def remove_link(self, request: Asked, number: str, link_id: int) -> Response:
        ticket = self.ticket(request, number)
        for link in links_of(request.user, ticket):
            if link.pk == link_id:
                actions.unlink(ticket=ticket, link=link, actor=request.user)
                return Response(status=204)
        raise NotFound(_("There is no such link."))

    @operation("get", "<str:number>/watchers/", _l("List who watches it"), gives=WATCHER, many=LIST)
    def watchers(self, request: Asked, number: str) -> Response:
        watching = watchers_of(self.ticket(request, number))
        if not may_see_notes(request.user):
            watching = watching.filter(user=request.user)
        return Response(WATCHER.read(watching, request.user)[0])

    @operation(
        "post",
        "<str:number>/watchers/",
        _l("Watch it, or let somebody else watch it"),
        takes=(Anybody(name="user", label=_l("User name; yourself when left out")),),
        gives=WATCHER,
        status=201,
    )
    def add_watcher(self, request: Asked, number: str) -> Response:
        ticket = self.ticket(request, number)
        user = self.given(request)["user"] or request.user
        actions.watch(ticket=ticket, user=user, actor=request.user)
        return Response({"user": user.username}, 201)

    @operation(
        "delete", "<str:number>/watchers/<str:username>/", _l("Watch it no more"), status=204
    )
    def remove_watcher(self, request: Asked, number: str, username: str) -> Response:
        ticket = self.ticket(request, number)
        for each in watchers_of(ticket):
            is_shown = each.user_id == request.user.pk or may_see_notes(request.user)
            if is_shown and each.user.username == username:
                actions.unwatch(ticket=ticket, user=each.user, actor=request.user)
                return Response(status=204)
        raise NotFound(_("Nobody of that name watches it."))


def _before(request: Asked) -> int | None:
    given = request.query_params.get("before")
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise Invalid(_("Give the id of a moment."), field="before")
    return int(given)


def _moment(moment: Any, *, is_inside: bool) -> dict[str, Any]:
    event = moment.event
    row = {
        "id": event.pk,
        "event": event.name,
        "at": event.happened_at,
        "actor": event.actor.username if event.actor else None,
        "public": event.public,
        "comment": moment.comment.body if moment.comment else None,
    }
    return {**row, "data": event.data} if is_inside else row
