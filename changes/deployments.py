"""Deployments in the API."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from changes import actions, selectors
from changes.models import Change, Deployment, Environment
from itsm.core.fields import Choice, Field, Instant, Line
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import InstantFilter, Words, parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import Column, Row, Shape, instant, maybe, number, text
from itsm.core.rest.views import Collection
from itsm.inventory.fields import ServiceName
from itsm.people.models import User
from itsm.tickets.api.shapes import put_numbers
from itsm.tickets.fields import TicketNumber
from itsm.tickets.selectors import visible_tickets


def _finish(rows: list[Row], user: User) -> None:
    put_numbers(rows, user, names=("change",))


DEPLOYMENT = Shape(
    "Deployment",
    (
        Column("id", number()),
        Column("delivery_id", text()),
        Column("service", maybe(text()), "service__name"),
        Column("environment", text()),
        Column("revision", text()),
        Column("artifact_digest", text()),
        Column("outcome", text(enum=list(Deployment.Outcome.values))),
        Column("started_at", maybe(instant())),
        Column("finished_at", maybe(instant())),
        Column("first_commit_at", maybe(instant())),
        Column("last_commit_at", maybe(instant())),
        Column("registered_at", instant()),
        Column("change", maybe(text()), "change_id"),
        Column("pipeline", maybe(text()), "pipeline__slug"),
        Column("url", text()),
    ),
    finish=_finish,
)
REGISTERED: tuple[Field, ...] = (
    Line(
        name="delivery_id",
        label=_l("Your id of it; told again, it stays one deployment"),
        required=True,
        max_length=200,
    ),
    Choice(name="outcome", label=_l("How far it is"), choices=Deployment.Outcome.choices),
    ServiceName(name="service", label=_l("Name of the service"), max_length=120),
    Choice(name="environment", choices=Environment.choices),
    Line(name="revision", label=_l("The commit that was delivered"), max_length=128),
    Line(name="artifact_digest", max_length=128),
    Instant(name="started_at"),
    Instant(name="finished_at"),
    Instant(name="first_commit_at", label=_l("The first commit of the range")),
    Instant(name="last_commit_at", label=_l("The last commit of the range")),
    TicketNumber(name="change", label=_l("Number of the change")),
    Line(name="url", label=_l("Where to look at it"), max_length=500),
)


class DeploymentFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows deployments."""

    service = django_filters.CharFilter(field_name="service__name", label="Name of the service.")
    environment = django_filters.CharFilter(label="Where it was delivered to.")
    outcome = Words(choices=Deployment.Outcome.choices, label="How it went.")
    change = django_filters.CharFilter(method="of_change", label="Number of the change.")
    pipeline = django_filters.CharFilter(field_name="pipeline__slug", label="Of this pipeline.")
    revision = django_filters.CharFilter(label="The commit that was delivered.")
    finished_after = InstantFilter("finished_at", lookup_expr="gte", label="Over then or later.")
    finished_before = InstantFilter("finished_at", lookup_expr="lt", label="Over before then.")

    class Meta:
        model = Deployment
        fields: ClassVar[list[str]] = []

    def of_change(self, found: QuerySet[Any], _name: str, number: str) -> QuerySet[Any]:
        """Those of a change this person may see."""
        seen = visible_tickets(self.request.user, Change).filter(number=number.upper())
        return found.filter(change__in=seen.values("pk"))


class DeploymentCollection(Collection):
    """Versions of services brought into environments."""

    collection = "deployments"
    shape = DEPLOYMENT
    needs = "tickets.view_all"
    filterset = DeploymentFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {"registered_at": ("registered_at", "id")}
    default_ordering = "-registered_at"

    @operation("get", "", _l("List deployments"), gives=DEPLOYMENT, many=PAGE,
               parameters=parameters_of)  # fmt: skip
    def list(self, request: Asked) -> Response:
        return self.page(request, selectors.visible_deployments(request.user))

    @operation("get", "<int:deployment_id>/", _l("Show one deployment"), gives=DEPLOYMENT)
    def retrieve(self, request: Asked, deployment_id: int) -> Response:
        found = selectors.visible_deployments(request.user).filter(pk=deployment_id)
        return self.one(request, found)

    @operation(
        "post",
        "",
        _l("Register a deployment, or say how far it is"),
        takes=REGISTERED,
        gives=DEPLOYMENT,
        status=201,
        refuses=(404,),
    )
    def register(self, request: Asked) -> Response:
        given: dict[str, Any] = {
            name: value for name, value in self.given(request).items() if value not in (None, "")
        }
        user = request.user
        number = given.pop("change", "")
        change = selectors.change_for(user, number) if number else None
        # Of its own sort, so that one person's id never is another's, nor a pipeline's.
        told = given | {"delivery_id": f"api:{user.pk}:{given['delivery_id']}"}
        deployment = actions.register_deployment(
            delivered=actions.Delivered(**told), actor=user, change=change
        )
        found = selectors.visible_deployments(user).filter(pk=deployment.pk)
        return self.one(request, found, status=201)
