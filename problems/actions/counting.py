"""Candidates for problems: found by counting, decided by people."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.core.lasting import lasting
from itsm.inventory.models import Service
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.models import OPEN_PHASES, Ticket
from problems.actions.opening import Report, open_problem
from problems.counting import fingerprint, incidents_behind, occurrences
from problems.models import CandidateBy, CandidateState, Origin, Problem, ProblemCandidate
from problems.recurrence import Recurrence, recurrences
from problems.wording import FACTORS

MOST_INCIDENTS = 200  # of a candidate
MOST_LINKED = 50  # of those, to the problem that is opened
QUIET = timedelta(days=30)  # after somebody said no, unless it has doubled since


def find_candidates(*, now: datetime) -> int:
    """Count what came back lately, and keep what is more than chance; how many were told of."""
    found = recurrences(occurrences(now), now=now)
    known = _known_fingerprints()
    told = [each for each in found if each.value not in known or each.by != "fingerprint"]
    for each in told:
        _keep(each, now=now)
    return len(told)


def note_breaker(*, runbook: str, target: str, service: Service | None, now: datetime) -> None:
    """A runbook has stopped helping: what it was to heal wants to be understood."""
    value = f"{runbook} {target}".strip()[:250]
    words = {"runbook": runbook, "target": target or _("everywhere")}
    title = _("%(runbook)s does not help any more (%(target)s)") % words
    _write(CandidateBy.BREAKER, value, now=now, title=title, service=service, count=1)


@transaction.atomic
def accept_candidate(*, candidate: ProblemCandidate, actor: User) -> Problem:
    """Open a problem of it, with its incidents."""
    held = _open_one(candidate, actor)
    incidents = list(incidents_behind(actor, held)[:MOST_LINKED])
    report = Report(
        title=held.title,
        description=_description(held),
        origin=Origin.PROACTIVE,
        service=held.service,
        incidents=incidents,
    )
    problem = open_problem(report=report, actor=actor)
    held.problem = problem.ticket_ptr
    _decide(held, CandidateState.ACCEPTED, actor, problem=problem.number)
    return problem


@transaction.atomic
def reject_candidate(*, candidate: ProblemCandidate, actor: User, reason: str) -> None:
    """Say that nobody has to ask why; the reason is kept, and it stays quiet for a while."""
    held = _open_one(candidate, actor)
    if not reason.strip():
        raise Invalid(_("Say why it is no problem."), field="reason")
    held.reason = reason.strip()[:500]
    _decide(held, CandidateState.REJECTED, actor, reason=held.reason)


def _open_one(candidate: ProblemCandidate, actor: User) -> ProblemCandidate:
    if not actor.has_perm("problems.work"):
        raise NotAllowed(_("You may not open problems."))
    held = ProblemCandidate.objects.select_for_update().get(pk=candidate.pk)
    if held.state != CandidateState.OPEN:
        raise Refused(_("Somebody has decided on it already."))
    return held


def _decide(candidate: ProblemCandidate, state: str, actor: User, **data: str) -> None:
    candidate.state = state
    candidate.decided_by, candidate.decided_at = actor, timezone.now()
    candidate.save()
    events.publish(f"candidate.{state}", candidate, actor=actor, data=data)


def _description(candidate: ProblemCandidate) -> str:
    words = {
        "count": candidate.count,
        "expected": round(candidate.expected, 1),
        "lost": lasting(timedelta(minutes=candidate.minutes)),
    }
    told = _("%(count)d incidents in two weeks, where %(expected)s were to be expected;") % words
    lines = [f"{told} {_('%(lost)s lost.') % words}"]
    lines += [
        f"{FACTORS.get(each['name'], each['name'])}: {each['value']} ({each['share']:.0%})"
        for each in candidate.factors
    ]
    return "\n".join(lines)


def _keep(found: Recurrence, *, now: datetime) -> None:
    keys = [each.key for each in sorted(found.occurrences, key=lambda each: each.at)]
    newest = Ticket.objects.filter(pk=keys[-1]).select_related("service").first()
    by = CandidateBy(found.by)
    words = {"value": found.value}
    titles = {
        CandidateBy.FINGERPRINT: newest.title if newest else found.value,
        CandidateBy.CAUSE: _("Incidents after changes of the sort %(value)s") % words,
        CandidateBy.SERVICE: _("%(value)s keeps having incidents") % words,
    }
    _write(
        by,
        found.value[:250],
        now=now,
        title=titles[by][:250],
        service=newest.service if newest else None,
        count=len(keys),
        minutes=round(found.minutes),
        expected=round(found.expected, 3),
        chance=found.chance,
        factors=[vars(each) for each in found.factors],
        incidents=keys[-MOST_INCIDENTS:],
    )


@transaction.atomic
def _write(by: str, shared: str, *, now: datetime, count: int, **more: object) -> None:
    """Keep a candidate, or bring the open one up to date; what was decided lately stays so."""
    last = ProblemCandidate.objects.select_for_update().filter(by=by, shared=shared)
    before = last.order_by("-id").first()
    if before is not None and before.state == CandidateState.OPEN:
        for name, each in {**more, "count": count, "seen_at": now}.items():
            setattr(before, name, each)
        before.save()
        return
    if before is not None and _is_settled(before, count, now):
        return
    fresh = ProblemCandidate(by=by, shared=shared, count=count, found_at=now, seen_at=now)
    for name, each in more.items():
        setattr(fresh, name, each)
    fresh.save()
    data = {"by": by, "title": fresh.title, "count": count}
    events.publish("candidate.raised", fresh, actor=system_user(), data=data)


def _is_settled(before: ProblemCandidate, count: int, now: datetime) -> bool:
    """Whether it was decided on, and nothing has come since that says otherwise."""
    if before.problem is not None and before.problem.phase in OPEN_PHASES:
        return True
    is_recent = before.decided_at is not None and before.decided_at > now - QUIET
    return is_recent and count < 2 * before.count


def _known_fingerprints() -> set[str]:
    """The troubles whose problem is open already."""
    linked = Ticket.objects.filter(incident__problem__phase__in=OPEN_PHASES)
    return {fingerprint(title) for title in linked.values_list("title", flat=True)}
