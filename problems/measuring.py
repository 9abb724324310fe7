"""What problems are measured by."""

from typing import Any

from django.db.models import F, FloatField, QuerySet, Value
from django.utils.translation import gettext_lazy as _l

from itsm.core.measures import COUNT, NUMBER, Measure, Scope, declare
from itsm.people.models import User
from problems.counting import candidates_undecided


def open_candidates(user: User, scope: Scope) -> QuerySet[Any]:
    """The candidates nobody had decided on at the end of the scope."""
    found = candidates_undecided(user, at=scope.end)
    return found.annotate(
        key=F("pk"),
        ticket_key=F("problem_id"),
        team_key=F("service__owner_team_id"),
        words=F("title"),
        at=F("found_at"),
        value=Value(1.0, output_field=FloatField()),
    )


declare(
    Measure(
        name="open-candidates",
        label=_l("Problem candidates"),
        about=_l(
            "What keeps coming back by counting, and nobody had decided on at the end of the time."
        ),
        section=_l("Problems"),
        how=COUNT,
        unit=NUMBER,
        is_standing=True,
        rows=open_candidates,
    )
)
