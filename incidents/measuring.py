"""What incidents are measured by."""

from datetime import UTC
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    F,
    FloatField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Extract
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
from itsm.tickets.models import Channel
from itsm.tickets.selectors import tickets_of_kind, visible_of

SECTION = _l("Incidents")
AT_ONCE = 3600  # seconds, in which a first contact is over
PEOPLES = (Channel.PORTAL, Channel.EMAIL, Channel.PHONE, Channel.CHAT)


def _seen(user: User) -> QuerySet[Incident]:
    found: QuerySet[Incident] = visible_of(user, tickets_of_kind("incident", Incident))
    return found.annotate(key=F("pk"), ticket_key=F("pk"), team_key=F("team_id"), words=F("title"))


def _within(rows: QuerySet[Incident], column: str, scope: Scope) -> QuerySet[Incident]:
    """Those whose instant lies in the scope, as ``at``."""
    span = {f"{column}__gte": scope.start, f"{column}__lt": scope.end}
    return rows.filter(**span).annotate(at=F(column))


def _seconds(begin: Any, end: Any) -> Any:
    return _epoch(end) - _epoch(begin)


def _epoch(at: Any) -> Cast:
    return Cast(Extract(at, "epoch", tzinfo=UTC), FloatField())


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1.0)), default=Value(0.0), output_field=FloatField())


def acknowledged(user: User, scope: Scope) -> QuerySet[Any]:
    """How long each waited until somebody was on it."""
    rows = _within(_seen(user), "acknowledged_at", scope)
    return rows.annotate(value=_seconds(F("opened_at"), F("acknowledged_at")))


def resolved(user: User, scope: Scope) -> QuerySet[Any]:
    """How long each took."""
    rows = _within(_seen(user), "resolved_at", scope)
    return rows.annotate(value=_seconds(F("opened_at"), F("resolved_at")))


def backlog(user: User, scope: Scope) -> QuerySet[Any]:
    """What was open at the end of the scope, and for how long."""
    ended = Coalesce("resolved_at", "closed_at")
    end = Value(scope.end, output_field=DateTimeField())
    rows = _seen(user).filter(opened_at__lt=scope.end).annotate(ended=ended)
    rows = rows.filter(Q(ended=None) | Q(ended__gte=scope.end))
    return rows.annotate(at=F("opened_at"), value=_seconds(F("opened_at"), end))


def reopened(user: User, scope: Scope) -> QuerySet[Any]:
    """Whether each had to be resolved more than once."""
    rows = _within(_seen(user), "resolved_at", scope)
    return rows.annotate(value=_flag(Q(reopen_count__gt=0)))


def reassigned(user: User, scope: Scope) -> QuerySet[Any]:
    """How often each was passed on."""
    rows = _within(_seen(user), "resolved_at", scope)
    return rows.annotate(value=Cast(F("reassignment_count"), FloatField()))


def first_contact(user: User, scope: Scope) -> QuerySet[Any]:
    """Whether each that a person reported was over with whoever took it."""
    rows = _within(_seen(user), "resolved_at", scope).filter(source__in=PEOPLES)
    rows = rows.annotate(took=_seconds(F("opened_at"), F("resolved_at")))
    kept = Q(reassignment_count=0, reopen_count=0, took__lte=AT_ONCE)
    return rows.annotate(value=_flag(kept))


def healed(user: User, scope: Scope) -> QuerySet[Any]:
    """Whether each that an alert told of was healed by a runbook."""
    rows = _within(_seen(user), "resolved_at", scope).filter(detection=Detection.ALERT)
    return rows.annotate(value=_flag(Q(resolution_code=ResolutionCode.SELF_HEALED)))


def sla_kept(user: User, scope: Scope) -> QuerySet[Any]:
    """Whether each whose record says so was resolved as promised."""
    rows = _within(_seen(user), "resolved_at", scope).filter(custom__has_key="made_sla")
    return rows.annotate(value=_flag(Q(custom__made_sla="true")))


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
        rows=reopened,
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
        rows=reassigned,
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
        rows=first_contact,
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
        rows=healed,
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
        rows=sla_kept,
    )
)
