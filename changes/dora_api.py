"""The five figures of delivery in the API, and the deployments each is the sum of."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from changes.deliveries import PRODUCTION, Scope, deliveries_in, deployments_in, scope_of
from changes.deployments import DEPLOYMENT
from changes.dora import DEFINITION, PICKS, Delivery, figures_of, parts_by, rows_of
from itsm.core.errors import Invalid
from itsm.core.fields import Instant
from itsm.core.rest.asking import Asked
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import Column, Schema, Shape, instant, mapping, maybe, several, text
from itsm.core.rest.views import Collection
from itsm.tickets.api.belongings import PAGED

GROUPS = ("service", "team", "environment")
SCOPE: Mapping[str, Schema] = {
    "start": {"type": "string", "format": "date-time", "description": "Thirty days ago."},
    "end": {"type": "string", "format": "date-time", "description": "Now."},
    "environment": {"type": "string", "default": PRODUCTION, "description": "all for every one."},
    "service": {"type": "string", "description": "Name of the service."},
    "team": {"type": "string", "description": "Short name of the team that owns the service."},
}
MAYBE_NUMBER: Schema = {"type": ["number", "null"]}
FIGURES = Shape(
    "DeliveryFigures",
    (
        Column("definition", text()),
        Column("start", instant()),
        Column("end", instant()),
        Column("environment", text()),
        Column("service", text()),
        Column("team", text()),
        Column("lead_time_seconds", MAYBE_NUMBER),
        Column("deployments_per_day", {"type": "number"}),
        Column("change_fail_rate", MAYBE_NUMBER),
        Column("recovery_seconds", MAYBE_NUMBER),
        Column("rework_rate", MAYBE_NUMBER),
        Column("counts", mapping()),
        Column("parts", several(mapping())),
    ),
)
FIGURE: Mapping[str, Schema] = {
    "figure": {"type": "string", "enum": list(PICKS), "default": "deployments"}
}
WITH_WHY = Shape(
    "CountedDeployment",
    (
        *DEPLOYMENT.columns,
        Column("lead_time_seconds", MAYBE_NUMBER, None),
        Column("recovery_seconds", MAYBE_NUMBER, None),
        Column("is_failed", {"type": "boolean"}, None),
        Column("is_rework", {"type": "boolean"}, None),
        Column("definition", maybe(text()), None),
    ),
)


class DeliveryCollection(Collection):
    """How fast and how safely is delivered: five figures, and the rows of each."""

    collection = "dora"
    title = "DORA"
    shape = FIGURES
    needs = "tickets.view_all"
    orderings: ClassVar[dict[str, Sequence[str]]] = {"finished_at": ("finished_at", "id")}
    default_ordering = "-finished_at"

    @operation(
        "get",
        "",
        _l("Say how fast and how safely is delivered"),
        gives=FIGURES,
        parameters={
            **SCOPE,
            "by": {"type": "string", "enum": list(GROUPS), "description": "Each by itself, too."},
        },
    )
    def figures(self, request: Asked) -> Response:
        scope = _scope(request.query_params)
        deliveries = deliveries_in(request.user, scope)
        by = request.query_params.get("by", "")
        if by and by not in GROUPS:
            raise Invalid(_("Choose one of %(known)s.") % {"known": ", ".join(GROUPS)}, field="by")
        parts = parts_by(by, deliveries, days=scope.days) if by else []
        told = {"definition": DEFINITION, **vars(scope)}
        whole = figures_of(deliveries, days=scope.days).as_plain()
        return Response(
            {
                **told,
                **whole,
                "parts": [{"name": each.name, **each.figures.as_plain()} for each in parts],
            }
        )

    @operation(
        "get",
        "deployments/",
        _l("List the deployments a figure is the sum of"),
        gives=WITH_WHY,
        many=PAGE,
        parameters={**SCOPE, **FIGURE, **PAGED},
    )
    def deployments(self, request: Asked) -> Response:
        figure = request.query_params.get("figure", "deployments")
        if figure not in PICKS:
            raise Invalid(
                _("Choose one of %(known)s.") % {"known": ", ".join(PICKS)}, field="figure"
            )
        scope = _scope(request.query_params)
        rows = rows_of(figure, deliveries_in(request.user, scope))
        picked = deployments_in(request.user, scope).filter(pk__in=[each.key for each in rows])
        answer = self.page(request, picked, shape=DEPLOYMENT)
        known = {each.key: each for each in rows}
        for row in answer.data["results"]:
            row.update(_why(known[row["id"]]))
        return answer


def _why(delivery: Delivery) -> dict[str, Any]:
    lead_time, recovery = delivery.lead_time, delivery.recovery
    return {
        "lead_time_seconds": None if lead_time is None else round(lead_time.total_seconds()),
        "recovery_seconds": None if recovery is None else round(recovery.total_seconds()),
        "is_failed": delivery.is_failed,
        "is_rework": delivery.is_rework,
        "definition": DEFINITION,
    }


def _scope(asked: Mapping[str, str]) -> Scope:
    environment = asked.get("environment", PRODUCTION)
    return scope_of(
        start=Instant(name="start").clean(_plus(asked.get("start"))),
        end=Instant(name="end").clean(_plus(asked.get("end"))),
        environment="" if environment == "all" else environment,
        service=asked.get("service", ""),
        team=asked.get("team", ""),
    )


def _plus(instant_as_sent: str | None) -> str | None:
    # An address turns the plus of an offset into a blank.
    return instant_as_sent.strip().replace(" ", "+") if instant_as_sent else instant_as_sent
