"""Questions about problems."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext as _

from itsm.monitoring.models import Alert
from itsm.people.models import User
from itsm.tickets.models import OPEN_PHASES, Link, Ticket
from itsm.tickets.selectors import ticket_for, visible_of, visible_tickets
from problems.burden import LOOKED_BACK
from problems.models import (
    CauseCategory,
    Finding,
    Problem,
    ResolutionCode,
    Review,
    ReviewAction,
    Sufferer,
)

MOST_FINGERPRINTS = 200
MOST_MOMENTS = 20
SUCCESSFUL = ("successful", "successful_with_issues")


def problem_for(user: User, number: str) -> Problem:
    """The problem with this number, if this person may see it."""
    found: Problem = ticket_for(user, number, Problem)
    return found


def visible_problems(user: User) -> QuerySet[Any]:
    """The problems this person may see."""
    return visible_tickets(user, Problem)


def incidents_of(problem: Ticket) -> QuerySet[Any]:
    """The incidents behind a problem, whoever may see them."""
    return Ticket.objects.filter(incident__problem=problem.pk)


def visible_incidents_of(user: User, problem: Ticket) -> QuerySet[Any]:
    """The incidents behind a problem that this person may see, open ones first."""
    seen = visible_tickets(user).filter(incident__problem=problem.pk)
    return seen.order_by("-id")


def problem_behind(user: User, incident: Ticket) -> Problem | None:
    """The problem an incident comes from, if this person may see it."""
    found: Problem | None = visible_problems(user).filter(incidents_of_problem=incident.pk).first()
    return found


def fixes_of(problem: Ticket) -> QuerySet[Any]:
    """The changes that are to fix a problem, with how each was closed."""
    linked = Link.objects.filter(from_ticket=problem.pk, sort=Link.Sort.FIXED_BY)
    changes = Ticket.objects.filter(kind="change", pk__in=linked.values("to_ticket"))
    found: QuerySet[Any] = changes.annotate(close_code=F("change__close_code")).order_by("pk")
    return found


def visible_fixes_of(user: User, problem: Ticket) -> QuerySet[Any]:
    """Those of the changes that are to fix a problem which this person may see."""
    return visible_of(user, fixes_of(problem))


def unfinished_fixes(problem: Ticket) -> list[str]:
    """The numbers of the changes that have not fixed it yet, or never will."""
    return [
        each.number
        for each in fixes_of(problem)
        if each.state != "closed" or each.close_code not in SUCCESSFUL
    ]


def fixed_by(change_id: int) -> QuerySet[Problem]:
    """The open problems a change is to fix."""
    linked = Link.objects.filter(to_ticket=change_id, sort=Link.Sort.FIXED_BY)
    return Problem.objects.filter(pk__in=linked.values("from_ticket"), phase__in=OPEN_PHASES)


def categories() -> QuerySet[CauseCategory]:
    """The sorts of causes that are offered."""
    return CauseCategory.objects.filter(is_active=True)


def recurred_after(problem: Problem) -> bool:
    """Whether an incident of it began after it was resolved."""
    if problem.resolved_at is None:
        return False
    return bool(incidents_of(problem).filter(opened_at__gt=problem.resolved_at).exists())


def to_close(now: datetime) -> QuerySet[Problem]:
    """The problems whose time of observation is over, and whose review, if any, was held."""
    due = Problem.objects.filter(observe_until__lte=now, state="resolved")
    return due.filter(Q(major=False) | Q(review__held_on__isnull=False))


def risks_over(today: date) -> QuerySet[Problem]:
    """The problems whose risk was accepted until today."""
    return Problem.objects.filter(
        resolution_code=ResolutionCode.RISK_ACCEPTED, risk_expires_on__lte=today, state="closed"
    )


@dataclass(frozen=True)
class Burden:
    """What the incidents of a problem cost, and how many say "me too"."""

    open_incidents: int = 0
    minutes_lost: int = 0
    sufferer_count: int = 0


def burden_of(problem: Problem, now: datetime) -> Burden:
    """What the incidents of a problem cost lately, and how many say "me too"."""
    since = now - LOOKED_BACK
    begun = Greatest(Coalesce("incident__impact_started_at", "opened_at"), Value(since))
    ended = Least(Coalesce("resolved_at", "closed_at", Value(now)), Value(now))
    lasted = ExpressionWrapper(Greatest(ended, begun) - begun, output_field=DurationField())
    rows = (
        incidents_of(problem)
        .exclude(state="canceled")
        .order_by()
        .aggregate(open=Count("pk", filter=Q(phase__in=OPEN_PHASES)), lasted=Sum(lasted))
    )
    minutes = int(rows["lasted"].total_seconds() // 60) if rows["lasted"] else 0
    return Burden(rows["open"], minutes, Sufferer.objects.filter(problem=problem.pk).count())


def weighed() -> list[int]:
    """The open problems that have, or were found to have, incidents to count."""
    is_open = Problem.objects.filter(kind="problem", phase__in=OPEN_PHASES)
    has_some = Q(open_incidents__gt=0) | Q(minutes_lost__gt=0)
    counts = is_open.filter(has_some | Q(incidents_of_problem__isnull=False))
    return list(counts.distinct().values_list("pk", flat=True))


def fingerprints_of(incidents: Collection[int]) -> list[str]:
    """The alerts of these incidents, as source and fingerprint."""
    alerts = Alert.objects.filter(incident__in=incidents).order_by("pk")
    pairs = alerts.values_list("source_id", "fingerprint")[:MOST_FINGERPRINTS]
    return [f"{source}:{fingerprint}" for source, fingerprint in pairs]


def fixed_with(fingerprints: Collection[str]) -> QuerySet[Problem]:
    """The problems held to be fixed whose incidents had any of these alerts."""
    return Problem.objects.filter(
        fingerprints__overlap=list(fingerprints),
        state__in=("resolved", "closed"),
        resolution_code=ResolutionCode.FIX_APPLIED,
    )


def sufferers_of(problem: Ticket) -> list[int]:
    """The ids of those who said "me too" of a known error."""
    return list(Sufferer.objects.filter(problem=problem.pk).values_list("user", flat=True))


def is_reviewed(problem: Problem) -> bool:
    """Whether its review was held."""
    return Review.objects.filter(problem=problem.pk, held_on__isnull=False).exists()


def reviews_of(problem: Ticket) -> QuerySet[Review]:
    """The only review of a problem, or none."""
    return Review.objects.filter(problem=problem.pk)


def review_of(problem: Ticket) -> Review | None:
    """What was said of a problem afterwards, if anything was."""
    return reviews_of(problem).first()


def actions_of(problem: Ticket) -> QuerySet[ReviewAction]:
    """What is to be done so that it does not come back, in the order it was written down."""
    return ReviewAction.objects.filter(problem=problem.pk).select_related("owner").order_by("pk")


def findings_of(problem: Ticket, method: str = "") -> QuerySet[Finding]:
    """The rows of its analysis, by one method or by all."""
    rows = Finding.objects.filter(problem=problem.pk)
    rows = rows.filter(method=method) if method else rows
    return rows.select_related("author").order_by("method", "position")


def moments_of(user: User, problem: Ticket) -> list[tuple[datetime, str]]:
    """When its incidents began and ended, as far as this person may see them, in their order."""
    found: list[tuple[datetime, str]] = []
    for each in visible_incidents_of(user, problem)[:MOST_MOMENTS]:
        found.append((each.opened_at, _("%(number)s was opened") % {"number": each.number}))
        if each.resolved_at:
            words = _("%(number)s was resolved") % {"number": each.number}
            found.append((each.resolved_at, words))
    return sorted(found)
