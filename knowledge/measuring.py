"""What knowledge is measured by, among the other measures; its own page has it by article."""

from django.utils.translation import gettext_lazy as _l

from itsm.core.measures import PART, SHARE, Measure, Scope, declare
from itsm.core.statistics import NOTHING, Figure, share_of
from itsm.people.models import User
from knowledge.measures import deflection


def deflected(user: User, scope: Scope) -> Figure:
    """The share of attempts that an article ended; teams have none of their own."""
    if scope.team is not None or not user.has_perm("tickets.view_all"):
        return NOTHING
    found = deflection(scope.start, scope.end)
    return share_of(found.deflected, found.shown)


def where_it_is(_scope: Scope) -> str:
    """Whose attempts they were is nobody's business; by article they are shown."""
    return "/knowledge/measures/"


declare(
    Measure(
        name="deflection",
        label=_l("Deflection"),
        about=_l(
            "The share of attempts, a person on a day who was shown an article, after which that "
            "person reported nothing within a day; those younger than a day are not judged yet."
        ),
        section=_l("Knowledge"),
        how=SHARE,
        unit=PART,
        is_less_better=False,
        read=deflected,
        address=where_it_is,
    )
)
