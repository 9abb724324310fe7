"""What automation is measured by."""

from typing import Any

from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _l

from itsm.automation.selectors.measured import (
    breakers_not_closed,
    firings_that_acted,
    healing_that_is_over,
)
from itsm.core.measures import (
    COUNT,
    HOURS,
    NUMBER,
    PART,
    SHARE,
    SUM,
    Measure,
    Scope,
    declare,
)
from itsm.people.models import User

SECTION = _l("Automation")
A_HOUR = 60.0  # minutes


def saved(user: User, scope: Scope) -> QuerySet[Any]:
    """The hours each rule that acted is estimated to have saved."""
    rows = firings_that_acted(user, start=scope.start, end=scope.end)
    return rows.filter(saved_minutes__gt=0).annotate(
        key=F("pk"),
        ticket_key=F("ticket_id"),
        team_key=F("ticket__team_id"),
        words=F("rule__name"),
        at=F("happened_at"),
        value=Cast(F("saved_minutes"), FloatField()) / Value(A_HOUR),
    )


def helped(user: User, scope: Scope) -> QuerySet[Any]:
    """Whether each healing run that was over was seen to have helped."""
    return healing_that_is_over(user, start=scope.start, end=scope.end)


def open_breakers(user: User, scope: Scope) -> QuerySet[Any]:
    """The breakers that now hold runs back; how they once stood is not kept."""
    return breakers_not_closed(user, by=scope.end)


declare(
    Measure(
        name="hours-saved",
        label=_l("Hours saved"),
        about=_l(
            "The sum of what rules that acted in the time are estimated to save each time; the "
            "estimate is the rule's own."
        ),
        section=SECTION,
        how=SUM,
        unit=HOURS,
        is_less_better=False,
        rows=saved,
    )
)
declare(
    Measure(
        name="runs-verified",
        label=_l("Runs that helped"),
        about=_l(
            "The share of the runs that worked to heal something, over in the time, of which "
            "healthy samples in a row proved that it helped; the others failed or were taken back."
        ),
        section=SECTION,
        how=SHARE,
        unit=PART,
        is_less_better=False,
        rows=helped,
    )
)
declare(
    Measure(
        name="open-breakers",
        label=_l("Open breakers"),
        about=_l(
            "The breakers that hold runbooks back now and have done so since before the end of the "
            "time; how they stood earlier is not kept."
        ),
        section=SECTION,
        how=COUNT,
        unit=NUMBER,
        is_standing=True,
        rows=open_breakers,
    )
)
