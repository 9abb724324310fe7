"""Alerts and their sources in the API."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import Invalid, NotFound
from itsm.core.fields import Field, Flag, Line, Mapped, Number
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import (
    Column,
    Row,
    Shape,
    flag,
    instant,
    mapping,
    maybe,
    number,
    text,
)
from itsm.core.rest.views import Collection
from itsm.monitoring import actions
from itsm.monitoring.filters import AlertFilters
from itsm.monitoring.mapping import faults_of
from itsm.monitoring.models import Alert, Status
from itsm.monitoring.selectors import visible_alerts, visible_sources
from itsm.monitoring.severities import SEVERITIES
from itsm.monitoring.tools_api import ToolCollection, shape_of, with_token
from itsm.people.models import User
from itsm.tickets.api.shapes import put_numbers

ALERT_ORDERINGS = {"starts_at": ("starts_at", "id"), "last_seen_at": ("last_seen_at", "id")}
DAY = 24 * 3600
DURATIONS = ("recovery_hold", "reopen_window", "stale_after", "quiet_resolve_after")


def _finish_alerts(rows: list[Row], user: User) -> None:
    put_numbers(rows, user, names=("incident",))


ALERT = Shape(
    "Alert",
    (
        Column("id", number()),
        Column("source", text(), "source__slug"),
        Column("fingerprint", text()),
        Column("status", text(enum=list(Status.values))),
        Column("severity", text(enum=list(SEVERITIES))),
        Column("title", text()),
        Column("service", maybe(text()), "service__name"),
        Column("labels", mapping()),
        Column("starts_at", instant()),
        Column("last_seen_at", instant()),
        Column("ends_at", maybe(instant())),
        Column("count", number()),
        Column("incident", maybe(text()), "incident_id"),
        Column("description", text()),
        Column("configuration_item", maybe(text()), "configuration_item__name"),
        Column("occurrence", number()),
        Column("links", mapping()),
        Column("acked_at", maybe(instant())),
        Column("acked_by", text()),
        Column("silence", maybe(number()), "silence_id"),
    ),
    finish=_finish_alerts,
)
SOURCE = shape_of(
    "Source",
    Column("resolve_incidents", flag()),
    Column("discovers", flag()),
    *(Column(name, maybe(number())) for name in DURATIONS),
    Column("mapping", mapping()),
    Column("severity_map", mapping()),
)


class AlertCollection(Collection):
    """What monitoring tools told us, as it stands now."""

    collection = "alerts"
    shape = ALERT
    needs = "tickets.view_all"
    filterset = AlertFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = ALERT_ORDERINGS  # type: ignore[assignment]
    default_ordering = "-starts_at"

    @operation("get", "", _l("List alerts"), gives=ALERT, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, visible_alerts(request.user))

    @operation("get", "<int:alert_id>/", _l("Show one alert"), gives=ALERT)
    def retrieve(self, request: Asked, alert_id: int) -> Response:
        return self.one(request, visible_alerts(request.user).filter(pk=alert_id))

    @operation(
        "post",
        "<int:alert_id>/acknowledge/",
        _l("Say that somebody is on it"),
        takes=(),
        gives=ALERT,
        refuses=(409,),
    )
    def acknowledge(self, request: Asked, alert_id: int) -> Response:
        self.given(request)
        actions.acknowledge(alert=self._alert(request, alert_id), actor=request.user)
        return self.one(request, visible_alerts(request.user).filter(pk=alert_id))

    def _alert(self, request: Asked, alert_id: int) -> Alert:
        alert = visible_alerts(request.user).filter(pk=alert_id).first()
        if alert is None:
            raise NotFound(_("There is no such alert."))
        return alert


def setting_fields() -> tuple[Field, ...]:
    """What may be said of a source besides its kind."""
    seconds = _l("seconds")
    return (
        Line(name="header_name", label=_l("Header with the token"), max_length=60),
        Line(name="hmac_secret", label=_l("Secret for signatures; never shown"), max_length=200),
        Mapped(name="mapping", label=_l("Where the generic kind finds each field")),
        Mapped(name="severity_map", label=_l("The tool's words and ours"), of_texts=True),
        *(Number(name=each, label=seconds, most=365 * DAY) for each in DURATIONS),
        Flag(name="resolve_incidents", default=True),
        Flag(name="discovers", default=True),
        Flag(name="is_active", default=True),
    )


class SourceCollection(ToolCollection):
    """The tools that report to us."""

    collection = "sources"
    shape = SOURCE
    shape_with_token = with_token(SOURCE)
    box = actions.SOURCES
    rules = setting_fields()

    def visible(self, user: User) -> QuerySet[Any]:
        return visible_sources(user)

    def kept(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values as the source keeps them: lengths of time instead of seconds."""
        for name, faults in faults_of(values["mapping"]).items() if values.get("mapping") else ():
            raise Invalid(f"{name}: {faults[0]}", field="mapping")
        for name in DURATIONS:
            if isinstance(values.get(name), int):
                values[name] = timedelta(seconds=values[name])
            elif name in values and name in ("recovery_hold", "reopen_window"):
                values[name] = timedelta(0)
        return values
