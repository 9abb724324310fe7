"""Where problems are worked on."""

from django.utils.translation import gettext_lazy as _l

from itsm.tickets.desks import Desk, desks
from problems.models import Problem
from problems.narrowing import ProblemQueueFilter

desk = Desk(
    kind="problem",
    model=Problem,
    plural="problems",
    title=_l("Problems"),
    noun=_l("problem"),
    icon="search-check",
    place=30,
    styles=("css/changes.css", "css/problems.css"),
    filters=ProblemQueueFilter,
)
desks.add("problem")(desk)
