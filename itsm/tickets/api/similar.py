"""Records like another or like a text, in the API."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.fields import Field, Line
from itsm.core.rest.asking import Asked
from itsm.core.rest.operations import LIST, operation
from itsm.core.rest.shapes import Column, Shape, several, text
from itsm.core.rest.views import Collection
from itsm.inventory.fields import ServiceName
from itsm.tickets.similar import Similar, similar_to_text

SIMILAR = Shape(
    "SimilarRecord",
    (
        Column("number", text()),
        Column("kind", text()),
        Column("title", text()),
        Column("state", text()),
        Column("share", {"type": "number", "minimum": 0, "maximum": 1}),
        Column("is_likely_the_same", {"type": "boolean"}),
        Column("words", several(text())),
        Column("resolution", text()),
    ),
)
ASKED: Sequence[Field] = (
    Line(name="title", label=_l("What is wrong, in a few words"), required=True),
    Field(name="description", max_length=100_000),
    ServiceName(name="service", label=_l("Name of the service"), max_length=120),
)


def rows_of(similar: Sequence[Similar]) -> list[dict[str, Any]]:
    """Similar records as the API shows them."""
    return [
        {
            "number": each.ticket.number,
            "kind": each.ticket.kind,
            "title": each.ticket.title,
            "state": each.ticket.state,
            "share": each.share,
            "is_likely_the_same": each.is_likely_the_same,
            "words": list(each.words),
            "resolution": each.resolution,
        }
        for each in similar
    ]


class SimilarCollection(Collection):
    """Whether something is known already: records like what one is about to report."""

    collection = "similar"
    shape = SIMILAR

    @operation(
        "post",
        "",
        _l("Find the records most like a text, best first, with the words they share"),
        takes=ASKED,
        gives=SIMILAR,
        many=LIST,
    )
    def find(self, request: Asked) -> Response:
        values = self.given(request)
        return Response(rows_of(similar_to_text(request.user, **values)))
