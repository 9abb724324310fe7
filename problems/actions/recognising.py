"""Finding known errors for incidents as they arrive, and for those that are open already."""

from django.db import transaction

from itsm.tickets.models import Ticket
from problems.known_errors import fits, open_incidents_like, told_by
from problems.models import KnownErrorMatch, Problem

MOST_KEPT = 8


@transaction.atomic
def find_known_errors(*, incident: Ticket) -> list[KnownErrorMatch]:
    """Keep which known errors fit an incident by what is told of it now."""
    found = fits(told_by(incident))[:MOST_KEPT]
    KnownErrorMatch.objects.filter(incident=incident.pk).exclude(
        problem__in=[each.pk for each in found]
    ).delete()
    return KnownErrorMatch.objects.bulk_create(
        [
            KnownErrorMatch(
                incident_id=incident.pk,
                problem_id=each.pk,
                score=each.score,
                reasons=list(each.reasons),
            )
            for each in found
        ],
        update_conflicts=True,
        unique_fields=["incident", "problem"],
        update_fields=["score", "reasons"],
    )


def find_incidents_of(*, problem: Problem) -> int:
    """See for which open incidents a known error that was just published may be; how many."""
    looked_at = list(open_incidents_like(problem))
    for incident in looked_at:
        find_known_errors(incident=incident)
    return len(looked_at)


@transaction.atomic
def forget_known_error(*, problem: Problem) -> None:
    """Nobody is shown what was withdrawn."""
    KnownErrorMatch.objects.filter(problem=problem.pk).delete()
