"""What is done with improvements, from the idea to the number that says whether it helped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import Invalid, NotAllowed, NotFound, Refused
from itsm.core.figures import shown, value_of
from itsm.core.measures import Measure, measure_named
from itsm.people.models import Team, User
from itsm.people.selectors import team_named
from itsm.tickets.actions.assigning import GIVE_BACK_FIELDS, GIVE_FIELDS, give, give_back
from itsm.tickets.fields import Field, Line
from itsm.tickets.models import Level, Ticket
from itsm.tickets.priority import priority_of
from problems.improvements.fields import JUDGED_BY
from problems.improvements.judging import (
    check_enough,
    is_reached,
    measure_of,
    measured_now,
    outcome_of,
)
from problems.improvements.models import Improvement, Origin
from problems.improvements.workflow import OPEN, workflow

USUAL_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class Idea:
    """What is said of a new improvement; ``came_from`` is the record that gave the idea."""

    title: str
    hypothesis: str = ""
    description: str = ""
    origin: str = Origin.METRIC
    came_from: Ticket | None = None
    assignee: User | None = None
    team: Team | None = None
    tags: Sequence[str] = ()
    confidential: bool = False


@transaction.atomic
def open_improvement(*, idea: Idea, actor: User) -> Improvement:
    """Put an idea into the register; one from a confidential record is confidential too."""
    if not actor.has_perm("problems.work"):
        raise NotAllowed(_("You may not open improvements."))
    if not idea.title.strip():
        raise Invalid(_("Say in a few words what is to get better."), field="title")
    origin = idea.came_from
    improvement = Improvement(
        title=idea.title.strip()[:250],
        description=idea.description,
        hypothesis=idea.hypothesis,
        origin=idea.origin,
        came_from_id=origin.pk if origin else None,
        service=origin.service if origin else None,
        team=idea.team,
        assignee=idea.assignee,
        priority=priority_of(Level.MEDIUM, Level.MEDIUM),
        tags=sorted(set(idea.tags)),
        confidential=idea.confidential or bool(origin and origin.confidential),
    )
    return workflow.open(improvement, event="improvement.opened", actor=actor)


@workflow.transition(
    "assign",
    label=_l("Assign"),
    source=OPEN,
    target=None,
    event="improvement.assigned",
    needs="problems.work",
    fields=GIVE_FIELDS,
)
def assign(
    improvement: Improvement,
    *,
    actor: User,
    team: Team | None = None,
    assignee: User | None = None,
) -> None:
    """Give it to an owner, a team, or both."""
    give(improvement, team=team, assignee=assignee)


@workflow.transition(
    "unassign",
    label=_l("Unassign"),
    source=OPEN,
    target=None,
    event="improvement.unassigned",
    needs="problems.work",
    fields=GIVE_BACK_FIELDS,
)
def unassign(improvement: Improvement, *, actor: User, team: bool = False) -> None:
    """Give it back: nobody owns it until somebody takes it."""
    give_back(improvement, team=team)


@workflow.transition(
    "accept",
    label=_l("Accept"),
    source=["new"],
    target="accepted",
    event="improvement.accepted",
    needs="problems.work",
)
def accept(improvement: Improvement, *, actor: User) -> None:
    """Take the idea up."""


@workflow.transition(
    "assess",
    label=_l("Assess"),
    source=["accepted", "assess"],
    target="assess",
    event="improvement.assessed",
    needs="problems.work",
    fields=JUDGED_BY,
)
def assess(
    improvement: Improvement,
    *,
    actor: User,
    kpi: str,
    target: float,
    days: int | None = None,
    team: str = "",
) -> None:
    """Say what it is judged by, and how far it is to go."""
    measure = measure_named(kpi)
    improvement.kpi, improvement.kpi_version = measure.name, measure.version
    improvement.kpi_days = days or USUAL_DAYS
    improvement.kpi_team = _team(team)
    improvement.target = value_of(measure, target)


def _team(slug: str) -> Team | None:
    try:
        return team_named(slug) if slug else None
    except NotFound as missing:
        raise Invalid(str(missing), field="team") from None


@workflow.transition(
    "approve",
    label=_l("Approve"),
    source=["assess"],
    target="approved",
    event="improvement.approved",
    needs="problems.manage",
)
def approve(improvement: Improvement, *, actor: User) -> None:
    """Give leave, and freeze what the measure says today: later it is compared with that."""
    if actor.pk in (improvement.opened_by_id, improvement.assignee_id):
        raise Refused(_("Let somebody approve it who neither proposed nor owns it."))
    measure, now = _measure(improvement), timezone.now()
    figure = measured_now(improvement, measure, now=now)
    check_enough(measure, figure)
    if is_reached(measure, figure.middle or 0.0, improvement.target or 0.0):
        raise Refused(
            _("The target %(target)s is reached already: it is %(value)s.")
            % {
                "target": shown(measure, improvement.target),
                "value": shown(measure, figure.middle),
            }
        )
    improvement.baseline, improvement.baseline_at = figure.middle, now
    improvement.baseline_low, improvement.baseline_high = figure.low, figure.high
    improvement.baseline_count = figure.count


def _measure(improvement: Improvement) -> Measure:
    measure = measure_of(improvement)
    if measure is None:
        raise Refused(_("Say what it is judged by."))
    return measure


@workflow.transition(
    "start",
    label=_l("Start work"),
    source=["approved"],
    target="in_progress",
    event="improvement.started",
    needs="problems.work",
)
def start(improvement: Improvement, *, actor: User) -> None:
    """Begin the work; somebody must own it."""
    if improvement.assignee_id is None:
        raise Refused(_("Assign %(number)s to somebody first.") % {"number": improvement.number})


@workflow.transition(
    "hold",
    label=_l("Put on hold"),
    source=["accepted", "assess", "approved", "in_progress"],
    target="on_hold",
    event="improvement.paused",
    needs="problems.work",
    fields=[Line(name="reason", label=_l("Why"), required=True, max_length=250)],
)
def hold(improvement: Improvement, *, actor: User, reason: str) -> None:
    """Stop the work for a while."""
    improvement.hold_reason = reason


@workflow.transition(
    "resume",
    label=_l("Resume"),
    source=["on_hold"],
    target=["accepted", "assess", "approved", "in_progress"],
    event="improvement.resumed",
    needs="problems.work",
)
def resume(improvement: Improvement, *, actor: User) -> str:
    """Go on where it was: at work if it was approved, else before that."""
    improvement.hold_reason = ""
    if improvement.baseline is not None:
        return "in_progress" if improvement.assignee_id else "approved"
    return "assess" if improvement.kpi else "accepted"


@workflow.transition(
    "review",
    label=_l("Review"),
    source=["in_progress"],
    target="review",
    event="improvement.reviewed",
    needs="problems.work",
)
def review(improvement: Improvement, *, actor: User) -> None:
    """The work is done: see what it brought."""


@workflow.transition(
    "continue",
    label=_l("Work on"),
    source=["review"],
    target="in_progress",
    event="improvement.continued",
    needs="problems.work",
)
def work_on(improvement: Improvement, *, actor: User) -> None:
    """It was not done after all."""


@workflow.transition(
    "close",
    label=_l("Close"),
    source=["review"],
    target="closed",
    event="improvement.closed",
    needs="problems.work",
    fields=[Field(name="decision", also="decision", label=_l("What follows from it"),
                  required=True)],
)  # fmt: skip
def close(improvement: Improvement, *, actor: User, decision: str) -> None:
    """Measure again, and say by the numbers what came of it."""
    measure, now = _measure(improvement), timezone.now()
    _check_apart(improvement, measure)
    figure = measured_now(improvement, measure, now=now)
    check_enough(measure, figure)
    improvement.measured, improvement.measured_at = figure.middle, now
    improvement.measured_low, improvement.measured_high = figure.low, figure.high
    improvement.measured_count = figure.count
    improvement.outcome = outcome_of(improvement, measure, figure)
    improvement.decision = decision
    improvement.closed_at = now


def _check_apart(improvement: Improvement, measure: Measure) -> None:
    """Refuse to compare a time with itself."""
    if measure.version != improvement.kpi_version:
        raise Refused(
            _("%(measure)s is defined anew since; its numbers cannot be compared.")
            % {"measure": measure.label}
        )
    if measure.is_standing or improvement.baseline_at is None:
        return
    apart = improvement.baseline_at + timedelta(days=improvement.kpi_days)
    if timezone.now() < apart:
        day = formats.date_format(timezone.localtime(apart), "SHORT_DATE_FORMAT")
        raise Refused(
            _("Until %(day)s the time measured would overlap the one it is compared with.")
            % {"day": day}
        )


@workflow.transition(
    "give_up",
    label=_l("Close incomplete"),
    source=OPEN,
    target="closed_incomplete",
    event="improvement.abandoned",
    needs="problems.work",
    fields=[Field(name="decision", label=_l("Why"), required=True)],
)
def give_up(improvement: Improvement, *, actor: User, decision: str) -> None:
    """End it without a number."""
    improvement.decision = decision
    improvement.hold_reason = ""
    improvement.closed_at = timezone.now()
