"""Questions of the measures about rules and breakers."""

from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext as _

from itsm.automation.models import NOT_VERIFIED, Breaker, Firing, Run, RunState
from itsm.automation.models.rules import Outcome
from itsm.automation.selectors.runs import visible_runs
from itsm.people.models import User
from itsm.tickets.models import Ticket


def firings_that_acted(user: User, *, start: datetime, end: datetime) -> QuerySet[Firing]:
    """The rules that acted in this time, on records this person may see."""
    seen = Ticket.objects.visible_to(user).order_by().values("pk")
    secret = Ticket.objects.filter(confidential=True).exclude(pk__in=seen).order_by()
    within = Firing.objects.filter(
        outcome=Outcome.ACTED, happened_at__gte=start, happened_at__lt=end
    )
    return within.filter(Q(ticket=None) | ~Q(ticket__in=secret.values("pk")))


def healing_that_is_over(user: User, *, start: datetime, end: datetime) -> QuerySet[Any]:
    """The runs that worked to heal something and ended in this time, as rows of a measure."""
    found = (
        visible_runs(user)
        .select_related(None)
        .filter(
            origin=Run.Origin.HEALING,
            worked_at__isnull=False,
            state__in=(RunState.VERIFIED, *NOT_VERIFIED),
            ended_at__gte=start,
            ended_at__lt=end,
        )
    )
    helped = When(state=RunState.VERIFIED, then=Value(1.0))
    return found.annotate(  # a run has a key of its own
        ticket_key=F("ticket_id"),
        team_key=F("ticket__team_id"),
        words=Concat(F("runbook__name"), Value(" · "), F("target")),
        at=F("ended_at"),
        value=Case(helped, default=Value(0.0), output_field=FloatField()),
    )


def breakers_not_closed(user: User, *, by: datetime) -> QuerySet[Any]:
    """The breakers that are not closed and were not by this instant, as rows of a measure."""
    found = Breaker.objects.exclude(state=Breaker.State.CLOSED).filter(opened_at__lt=by)
    found = found if user.has_perm("tickets.view_all") else found.none()
    nothing = Value(None, output_field=BigIntegerField())
    return found.annotate(
        key=F("pk"),
        ticket_key=nothing,
        team_key=nothing,
        words=Concat(
            Coalesce(F("runbook__name"), Value(_("Healing as a whole"))),
            Value(" · "),
            F("target"),
        ),
        at=F("opened_at"),
        value=Value(1.0, output_field=FloatField()),
    )
