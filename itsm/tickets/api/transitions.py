"""Every transition of a workflow as an endpoint of its own."""

from typing import Any

from django.urls import URLPattern, path

from itsm.core.rest.operations import operation
from itsm.tickets.api.tickets import TicketCollection
from itsm.tickets.workflow import Transition


def transition_routes(collection: type[TicketCollection]) -> list[URLPattern]:
    """The addresses of everything that can be done to tickets of this collection's kind."""
    workflow = collection().workflow
    return [
        path(
            f"{collection.collection}/<str:number>/{each.verb}/",
            _view_of(collection, each).as_view({"post": "transition"}, verb=each.verb),
            name=f"{collection.collection}-{each.verb}",
        )
        for each in workflow.transitions.values()
        if each.by_people
    ]


def _view_of(collection: type[TicketCollection], transition: Transition) -> Any:
    declared = operation(
        "post",
        f"<str:number>/{transition.verb}/",
        transition.label,
        takes=transition.fields,
        gives=collection.shape,
        refuses=(409,),
        matches=True,
    )(collection.transition)
    return type(collection.__name__, (collection,), {"transition": declared})
