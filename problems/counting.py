"""What is counted: the incidents of the last months, each with what it may have in common."""

import re
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import visible_tickets
from problems.models import CandidateState, ProblemCandidate
from problems.recurrence import HISTORY, WINDOW, Occurrence

MOST = 100_000  # incidents, the newest; more of them make nothing surer
LITTLE = 2000  # of them are counted in a moment
LONGEST = timedelta(days=7)  # what is open longer is forgotten rather than broken
COLUMNS = (
    "pk",
    "title",
    "opened_at",
    "resolved_at",
    "service__name",
    "incident__problem",
    "incident__caused_by_change__change__template_version__template__name",
)


def occurrences(now: datetime) -> list[Occurrence]:
    """The incidents that count: no duplicates, nothing secret, none whose problem is known."""
    rows = list(_counted(now).order_by("-id").values_list(*COLUMNS)[:MOST])
    hosts = _hosts({pk for pk, *_ in rows})
    counted = []
    for pk, title, opened_at, resolved_at, service, problem, template in rows:
        if problem is not None and opened_at > now - WINDOW:
            continue
        lasted = min((resolved_at or now) - opened_at, LONGEST)
        facts = {
            "fingerprint": fingerprint(title),
            "hour": str(timezone.localtime(opened_at).hour),
            **({"service": service} if service else {}),
            **({"cause": template} if template else {}),
            **({"host": hosts[pk]} if pk in hosts else {}),
        }
        counted.append(Occurrence(pk, opened_at, lasted / timedelta(minutes=1), facts))
    return counted


def has_much_to_count() -> bool:
    """Whether counting takes long enough to stand in the way of other work."""
    return len(_counted(timezone.now()).values_list("pk")[: LITTLE + 1]) > LITTLE


def _counted(now: datetime) -> QuerySet[Ticket]:
    since = now - WINDOW - HISTORY
    found = Ticket.objects.filter(
        kind="incident", opened_at__gt=since, opened_at__lte=now, confidential=False, parent=None
    )
    return found.exclude(state="canceled")


def fingerprint(title: str) -> str:
    """What titles of the same trouble have in common: all but the numbers in them."""
    return re.sub(r"\d+", "#", " ".join(title.lower().split()))[:250]


def _hosts(keys: Collection[int]) -> dict[int, str]:
    """The component of each incident that names one; of several, the first by name."""
    through = Ticket.configuration_items.through
    # From the oldest on: as many keys as there may be are more than a statement takes.
    named = through._default_manager.filter(ticket_id__gte=min(keys, default=0))
    hosts: dict[int, list[str]] = defaultdict(list)
    for ticket, name in named.values_list("ticket_id", "configurationitem__name"):
        if ticket in keys:
            hosts[ticket].append(name)
    return {ticket: min(names) for ticket, names in hosts.items()}


def all_candidates() -> QuerySet[ProblemCandidate]:
    """Every candidate, however it stands; what they are made of is nothing secret."""
    return ProblemCandidate.objects.all()


def candidates(state: str = CandidateState.OPEN) -> QuerySet[ProblemCandidate]:
    """The candidates that stand so."""
    found = all_candidates().filter(state=state)
    return found.select_related("service", "problem", "decided_by")


def candidates_undecided(user: User, *, at: datetime) -> QuerySet[ProblemCandidate]:
    """The candidates on which nobody had decided at this instant; for staff."""
    found = all_candidates().filter(Q(decided_at=None) | Q(decided_at__gte=at), found_at__lt=at)
    return found if user.has_perm("tickets.view_all") else found.none()


def incidents_behind(user: User, candidate: ProblemCandidate) -> QuerySet[Ticket]:
    """Its incidents that this person may see, newest first."""
    found: QuerySet[Ticket] = visible_tickets(user).filter(pk__in=candidate.incidents)
    return found.order_by("-id")
