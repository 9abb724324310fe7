"""What incidents are measured by."""

from datetime import timedelta
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _l

from incidents.models import Detection, Incident, ResolutionCode
from itsm.core.measures import (
    COUNT,
    MEAN,
    MEDIAN,
    NUMBER,
    PART,
    SHARE,
    TIME,
    Measure,
    Scope,
    declare,
)
from itsm.people.models import User
from itsm.tickets.models import Channel, Ticket
from itsm.tickets.selectors import tickets_of_kind, visible_of

SECTION = _l("Incidents")
AT_ONCE = 3600  # seconds, in which a first contact is over
PEOPLES = (Channel.PORTAL, Channel.EMAIL, Channel.PHONE, Channel.CHAT)


def _seen(user: User, model: type[Ticket] = Ticket) -> QuerySet[Any]:
    found = visible_of(user, tickets_of_kind("incident", model))
    named = {"key": F("pk"), "ticket_key": F("pk"), "team_key": F("team_id"), "words": F("title")}
    rows: QuerySet[Any] = found.annotate(**named)
    return rows


def _within(rows: QuerySet[Any], column: str, scope: Scope) -> QuerySet[Any]:
    """Those whose instant lies in the scope, as ``at``."""
    span = {f"{column}__gte": scope.start, f"{column}__lt": scope.end}
    within: QuerySet[Any] = rows.filter(**span).annotate(at=F(column))
    return within


def _seconds(begin: Any, end: Any) -> Any:
    return Func(
        ExpressionWrapper(end - begin, output_field=DurationField()),
        template="date_part('epoch', %(expressions)s)",
        output_field=FloatField(),
    )


def _flag(condition: Q, *, among: Q | None = None) -> Case:
    """One where it holds and else nought; empty for those not among the ones that count."""
    elsewhere = [When(~among, then=Value(None))] if among is not None else []
    kept = When(condition, then=Value(1.0))
    return Case(*elsewhere, kept, default=Value(0.0), output_field=FloatField())


def acknowledged(user: User, scope: Scope) -> QuerySet[Any]:
    """Those somebody began to look at, and how long each waited for that."""
    waited = _seconds(F("opened_at"), F("acknowledged_at"))
    within = _within(_seen(user, Incident), "acknowledged_at", scope)
    rows: QuerySet[Any] = within.annotate(value=waited)
    return rows


def resolved(user: User, scope: Scope) -> QuerySet[Any]:
    """Those that were over."""
    return _within(_seen(user, Incident), "resolved_at", scope)


def backlog(user: User, scope: Scope) -> QuerySet[Any]:
    """What was open at the end of the scope, and for how long."""
    end = Value(scope.end, output_field=DateTimeField())
    # In three parts, each of which an index finds, rather than by when it ended, if it did.
    is_open = Q(resolved_at=None, closed_at=None)
    ended_later = Q(resolved_at__gte=scope.end) | Q(resolved_at=None, closed_at__gte=scope.end)
    then = _seen(user).filter(is_open | ended_later, opened_at__lt=scope.end)
    rows: QuerySet[Any] = then.annotate(at=F("opened_at"), age=_seconds(F("opened_at"), end))
    return rows


# What of those that were over counts, and how.
TOOK = _seconds(F("opened_at"), F("resolved_at"))
BY_PEOPLE = Q(source__in=PEOPLES)
AT_FIRST_CONTACT = Q(reassignment_count=0, reopen_count=0) & Q(
    resolved_at__lte=F("opened_at") + timedelta(seconds=AT_ONCE)
)
BY_ALERTS = Q(detection=Detection.ALERT)
HEALED = Q(resolution_code=ResolutionCode.SELF_HEALED)
HAS_SLA, KEPT_SLA = Q(custom__has_key="made_sla"), Q(custom__made_sla="true")


declare(
    Measure(
        name="mtta",
        label=_l("Time to acknowledge"),
        about=_l(
            "The median time from when an incident was opened until somebody was on it, of those "
            "acknowledged in the time; of history taken in, until it first left the state New."
        ),
        section=SECTION,
        how=MEDIAN,
        unit=TIME,
        rows=acknowledged,
    )
)
declare(
    Measure(
        name="mttr",
        label=_l("Time to resolve"),
        about=_l(
            "The median time from when an incident was opened until it was resolved for the last "
            "time, of those resolved in the time. Nights, weekends and time on hold count."
        ),
        section=SECTION,
        how=MEDIAN,
        unit=TIME,
        rows=resolved,
        value=TOOK,
    )
)
declare(
    Measure(
        name="backlog",
        label=_l("Backlog"),
        about=_l(
            "The incidents that were open at the end of the time: opened before, and resolved or "
            "canceled later or not at all. One that was reopened counts as open throughout."
        ),
        section=SECTION,
        how=COUNT,
        unit=NUMBER,
        is_standing=True,
        rows=backlog,
        value=F("age"),
    )
)
declare(
    Measure(
        name="backlog-age",
        label=_l("Age of the backlog"),
        about=_l("The median age of the incidents that were open at the end of the time."),
        section=SECTION,
        how=MEDIAN,
        unit=TIME,
        is_standing=True,
        rows=backlog,
        value=F("age"),
    )
)
declare(
    Measure(
        name="reopened",
        label=_l("Reopened"),
        about=_l(
            "The share of incidents resolved in the time that had been resolved before and were "
            "reopened."
        ),
        section=SECTION,
        how=SHARE,
        unit=PART,
        rows=resolved,
        value=_flag(Q(reopen_count__gt=0)),
    )
)
declare(
    Measure(
        name="reassignments",
        label=_l("Reassignments"),
        about=_l(
            "How often on average an incident resolved in the time was taken from one team or "
            "person and given to another."
        ),
        section=SECTION,
        how=MEAN,
        unit=NUMBER,
        rows=resolved,
        value=Cast(F("reassignment_count"), FloatField()),
    )
)
declare(
    Measure(
        name="first-contact",
        label=_l("Resolved at first contact"),
        about=_l(
            "The share of incidents that people reported and that were resolved in the time "
            "within an hour, never passed on and never reopened."
        ),
        section=SECTION,
        how=SHARE,
        unit=PART,
        is_less_better=False,
        rows=resolved,
        value=_flag(AT_FIRST_CONTACT, among=BY_PEOPLE),
    )
)
declare(
    Measure(
        name="self-healed",
        label=_l("Healed by runbooks"),
        about=_l(
            "The share of incidents an alert told of, resolved in the time, that a runbook healed "
            "and healthy samples proved."
        ),
        section=SECTION,
        how=SHARE,
        unit=PART,
        is_less_better=False,
        rows=resolved,
        value=_flag(HEALED, among=BY_ALERTS),
    )
)
declare(
    Measure(
        name="sla-kept",
        label=_l("SLA kept"),
        about=_l(
            "The share of incidents resolved in the time that kept their SLA, of those whose "
            "record says so: at present what was taken in from another tool."
        ),
        section=SECTION,
        how=SHARE,
        unit=PART,
        is_less_better=False,
        rows=resolved,
        value=_flag(KEPT_SLA, among=HAS_SLA),
    )
)
