"""What knowledge is good for, in the API."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.fields import Number
from itsm.core.rest.asking import Asked
from itsm.core.rest.operations import operation
from itsm.core.rest.shapes import Column, Schema, Shape, instant, mapping, maybe, number, several
from itsm.core.rest.views import Collection
from itsm.people.models import User
from knowledge import measures, selectors

USUAL_DAYS = 90
DAYS = Number(name="days", least=1, most=366)
ASKED: dict[str, Schema] = {"days": {**DAYS.schema(), "default": USUAL_DAYS}}
SECONDS: Schema = {"type": "number"}
MEASURES = Shape(
    "KnowledgeMeasures",
    (
        Column("since", instant()),
        Column("shown", number()),
        Column("deflected", number()),
        Column("helped", number()),
        Column("compared_with", number()),
        Column("median_with", maybe(SECONDS)),
        Column("median_without", maybe(SECONDS)),
        Column("saved", maybe(SECONDS)),
        Column("articles", several(mapping())),
        *(Column(name, number()) for name in ("live", "public", "stale", "work")),
    ),
)


class KnowledgeMeasureCollection(Collection):
    """What articles spared and saved; those younger than a day are not judged yet."""

    collection = "knowledge-measures"
    shape = MEASURES
    needs: ClassVar[str] = "tickets.view_all"

    @operation("get", "", _l("Tell what knowledge is good for"), gives=MEASURES, parameters=ASKED)
    def tell(self, request: Asked) -> Response:
        asked = DAYS.clean(request.query_params.get("days"))
        since = timezone.now() - timedelta(days=asked or USUAL_DAYS)
        deflection, saving = measures.deflection(since), measures.saving(since)
        told = {
            "since": since,
            "shown": deflection.shown,
            "deflected": deflection.deflected,
            "helped": saving.helped,
            "compared_with": saving.others,
            "median_with": saving.with_it,
            "median_without": saving.without_it,
            "saved": saving.saved,
            "articles": _by_article(request.user, since),
        }
        return Response(told | selectors.counts())


def _by_article(user: User, since: datetime) -> list[dict[str, Any]]:
    shown, used = measures.deflection_by_article(since), measures.uses_by_article(since)
    versions = selectors.best_of(user, {*shown, *used})
    nothing = measures.Deflection(0, 0)
    return [
        {
            "number": version.article.number,
            "title": version.title,
            "shown": shown.get(key, nothing).shown,
            "deflected": shown.get(key, nothing).deflected,
            "used": used.get(key, 0),
        }
        for key, version in sorted(versions.items())
    ]
