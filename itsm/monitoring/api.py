"""Alerts and their sources in the API."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import Invalid, NotFound
from itsm.core.fields import Choice, Field, Flag, Line, Mapped, Number
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import (
    Column,
    Row,
    Shape,
    address,
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
from itsm.monitoring.models import Alert, MonitoringSource, Status
from itsm.monitoring.selectors import visible_alerts, visible_sources
from itsm.monitoring.severities import SEVERITIES
from itsm.monitoring.sources import sources
from itsm.people.models import User
from itsm.tickets.api.shapes import put_numbers

ALERT_ORDERINGS = {"starts_at": ("starts_at", "id"), "last_seen_at": ("last_seen_at", "id")}
DAY = 24 * 3600
DURATIONS = ("recovery_hold", "reopen_window", "stale_after", "quiet_resolve_after")


def _finish_alerts(rows: list[Row], user: User) -> None:
    put_numbers(rows, user, names=("incident",))


def _finish_sources(rows: list[Row], _user: User) -> None:
    for row in rows:
        row["url"] = f"{settings.BASE_URL}/hooks/{row['slug']}/"
        for name in DURATIONS:
            row[name] = None if row[name] is None else int(row[name].total_seconds())


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
SOURCE = Shape(
    "Source",
    (
        Column("name", text()),
        Column("slug", text()),
        Column("kind", text()),
        Column("url", address(), None),
        Column("is_active", flag()),
        Column("resolve_incidents", flag()),
        Column("discovers", flag()),
        *(Column(name, maybe(number())) for name in DURATIONS),
        Column("header_name", text()),
        Column("mapping", mapping()),
        Column("severity_map", mapping()),
        Column("bot", text(), "bot__username"),
        Column("last_heard_at", maybe(instant())),
        Column("created_at", instant()),
    ),
    finish=_finish_sources,
)
SOURCE_WITH_TOKEN = Shape(
    "SourceWithToken", (*SOURCE.columns, Column("token", text(), None)), finish=_finish_sources
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


def creating_fields(_view: Any) -> Sequence[Field]:
    """What one says to let a tool report."""
    kinds = [(each, each) for each in sources]
    return (
        Line(name="name", required=True, max_length=80),
        Choice(name="kind", label=_l("Kind of tool"), required=True, choices=kinds),
        *setting_fields(),
    )


class SourceCollection(Collection):
    """The tools that report to us."""

    collection = "sources"
    shape = SOURCE
    needs = "tickets.view_all"
    orderings: ClassVar[dict[str, Sequence[str]]] = {"name": ("name", "id")}
    default_ordering = "name"

    @operation("get", "", _l("List sources"), gives=SOURCE, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, visible_sources(request.user))

    @operation(
        "post",
        "",
        _l("Let a tool report; its token is shown this once"),
        takes=creating_fields,
        gives=SOURCE_WITH_TOKEN,
        status=201,
        secrets=("token",),
    )
    def create(self, request: Asked) -> Response:
        given = request.data if isinstance(request.data, dict) else {}
        values = self.given(request)
        source, token = actions.create_source(
            kind=values.pop("kind"),
            name=values.pop("name"),
            actor=request.user,
            settings=_settings({name: value for name, value in values.items() if name in given}),
        )
        return self._with_token(request, source, token, status=201)

    @operation("get", "<slug:slug>/", _l("Show one source"), gives=SOURCE)
    def retrieve(self, request: Asked, slug: str) -> Response:
        return self.one(request, visible_sources(request.user).filter(slug=slug))

    @operation(
        "patch",
        "<slug:slug>/",
        _l("Change how a source is heard"),
        takes=setting_fields(),
        gives=SOURCE,
    )
    def change(self, request: Asked, slug: str) -> Response:
        source = self._source(request, slug)
        values = _settings(self.given(request, partly=True))
        actions.set_up(source=source, actor=request.user, settings=values)
        return self.one(request, visible_sources(request.user).filter(slug=slug))

    @operation(
        "post",
        "<slug:slug>/rotate/",
        _l("Give it a new token, shown this once"),
        takes=(),
        gives=SOURCE_WITH_TOKEN,
        secrets=("token",),
    )
    def rotate(self, request: Asked, slug: str) -> Response:
        self.given(request)
        source = self._source(request, slug)
        token = actions.rotate_token(source=source, actor=request.user)
        return self._with_token(request, source, token, status=200)

    def _source(self, request: Asked, slug: str) -> MonitoringSource:
        source = visible_sources(request.user).filter(slug=slug).first()
        if source is None:
            raise NotFound(_("There is no such source."))
        return source

    def _with_token(
        self, request: Asked, source: MonitoringSource, token: str, *, status: int
    ) -> Response:
        found = visible_sources(request.user).filter(pk=source.pk)
        return Response({**SOURCE.one(found, request.user), "token": token}, status)


def _settings(values: dict[str, Any]) -> dict[str, Any]:
    """The values as the source keeps them: lengths of time instead of seconds."""
    for name, faults in faults_of(values["mapping"]).items() if values.get("mapping") else ():
        raise Invalid(f"{name}: {faults[0]}", field="mapping")
    for name in DURATIONS:
        if isinstance(values.get(name), int):
            values[name] = timedelta(seconds=values[name])
        elif name in values and name in ("recovery_hold", "reopen_window"):
            values[name] = timedelta(0)
    return values
