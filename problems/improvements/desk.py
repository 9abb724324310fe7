"""Where improvements are worked on."""

from django.utils.translation import gettext_lazy as _l

from itsm.tickets.desks import Desk, desks
from problems.improvements.models import Improvement

desk = Desk(
    kind="improvement",
    model=Improvement,
    plural="improvements",
    title=_l("Improvements"),
    noun=_l("improvement"),
    icon="trending-up",
    key="v",
)
desks.add("improvement")(desk)
