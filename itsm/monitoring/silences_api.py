"""Silences in the API."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.fields import Choice, Field, Instant, Line, Lines
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import Column, Row, Shape, instant, maybe, number, several, text
from itsm.core.rest.views import Collection
from itsm.inventory.fields import ComponentNames, ServiceNames
from itsm.monitoring import actions, selectors
from itsm.monitoring.api import ALERT, ALERT_ORDERINGS
from itsm.monitoring.models import Silence
from itsm.monitoring.severities import CHOICES, SEVERITIES
from itsm.people.models import User
from itsm.tickets.api.belongings import PAGED
from itsm.tickets.api.shapes import put_numbers

STANDINGS = ("coming", "on", "over")


def _finish(rows: list[Row], user: User) -> None:
    put_numbers(rows, user, names=("ticket",))
    ids = [row["id"] for row in rows]
    counts, scopes = selectors.how_many_held(ids), selectors.scopes_of(ids)
    now = timezone.now()
    for row in rows:
        row["alerts_count"] = counts.get(row["id"], 0)
        row["services"], row["configuration_items"] = scopes[row["id"]]
        row["standing"] = selectors.standing_of(
            row["starts_at"], row["ends_at"], row["ended_at"], now=now
        )


SILENCE = Shape(
    "Silence",
    (
        Column("id", number()),
        Column("reason", text()),
        Column("standing", text(enum=list(STANDINGS)), None),
        Column("matchers", several(text())),
        Column("services", several(text()), None),
        Column("configuration_items", several(text()), None),
        Column("environment", text()),
        Column("most_severity", text(enum=list(SEVERITIES))),
        Column("starts_at", instant()),
        Column("ends_at", instant()),
        Column("ended_at", maybe(instant())),
        Column("ticket", maybe(text()), "ticket_id"),
        Column("author", maybe(text()), "author__username"),
        Column("alerts_count", number(), None),
    ),
    finish=_finish,
)
ENDS_AT = Instant(name="ends_at", label=_l("Until when"), required=True)
WANTED: tuple[Field, ...] = (
    Line(name="reason", label=_l("Why"), required=True),
    Lines(
        name="matchers",
        label=_l("Which alerts"),
        help=_l("Such as alertname=DiskFull; != is not, ^= begins with, *= has in it."),
        max_length=250,
    ),
    ServiceNames(name="services", label=_l("Of which services")),
    ComponentNames(name="configuration_items", label=_l("On which components")),
    Line(name="environment", label=_l("Environment"), max_length=40),
    Choice(name="most_severity", label=_l("Up to this severity"), choices=CHOICES),
    Instant(name="starts_at", label=_l("From when; now if left out")),
    ENDS_AT,
)


class SilenceFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows silences."""

    standing = django_filters.ChoiceFilter(
        choices=[(each, each) for each in STANDINGS],
        method="as_it_stands",
        label="Whether it is to come, on, or over.",
    )
    ticket = django_filters.CharFilter(method="of_ticket", label="Number of the change.")

    class Meta:
        model = Silence
        fields: ClassVar[list[str]] = []

    def as_it_stands(self, _found: Any, _name: str, value: str) -> Any:
        return selectors.visible_silences(self.request.user, standing=value)

    def of_ticket(self, found: Any, _name: str, value: str) -> Any:
        return found.filter(ticket__number=value.upper())


class SilenceCollection(Collection):
    """Spans of time in which some alerts open no incident."""

    collection = "silences"
    shape = SILENCE
    needs = "tickets.view_all"
    filterset = SilenceFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {"starts_at": ("starts_at", "id")}
    default_ordering = "-starts_at"

    @operation("get", "", _l("List silences"), gives=SILENCE, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, selectors.visible_silences(request.user))

    @operation("post", "", _l("Silence some alerts"), takes=WANTED, gives=SILENCE, status=201)
    def create(self, request: Asked) -> Response:
        given = {name: value for name, value in self.given(request).items() if value}
        silence = actions.open_silence(wanted=actions.Wanted(**given), actor=request.user)
        return self._shown(request, silence.pk, status=201)

    @operation("get", "<int:silence_id>/", _l("Show one silence"), gives=SILENCE)
    def retrieve(self, request: Asked, silence_id: int) -> Response:
        return self._shown(request, silence_id)

    @operation(
        "patch",
        "<int:silence_id>/",
        _l("Give it another end or reason"),
        takes=(Line(name="reason", label=_l("Why"), required=True), ENDS_AT),
        gives=SILENCE,
        refuses=(409,),
    )
    def change(self, request: Asked, silence_id: int) -> Response:
        values = self.given(request, partly=True)
        silence = selectors.silence_for(request.user, silence_id)
        actions.change_silence(silence=silence, actor=request.user, changes=values)
        return self._shown(request, silence_id)

    @operation(
        "post",
        "<int:silence_id>/end/",
        _l("End it now"),
        takes=(),
        gives=SILENCE,
        refuses=(409,),
    )
    def end(self, request: Asked, silence_id: int) -> Response:
        self.given(request)
        silence = selectors.silence_for(request.user, silence_id)
        actions.end_silence(silence=silence, actor=request.user)
        return self._shown(request, silence_id)

    @operation(
        "get",
        "<int:silence_id>/alerts/",
        _l("List the alerts it holds back"),
        gives=ALERT,
        many=PAGE,
        parameters=PAGED,
    )
    def alerts(self, request: Asked, silence_id: int) -> Response:
        silence = selectors.silence_for(request.user, silence_id)
        return self.page(
            request,
            selectors.held_back(request.user, silence),
            shape=ALERT,
            orderings=ALERT_ORDERINGS,
            default="-starts_at",
        )

    def _shown(self, request: Asked, silence_id: int, *, status: int = 200) -> Response:
        found = selectors.visible_silences(request.user).filter(pk=silence_id)
        return self.one(request, found, status=status)
