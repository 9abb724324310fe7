"""Where changes are worked on."""

from django.utils.translation import gettext_lazy as _l

from changes.models import Change
from itsm.tickets.desks import Desk, desks

desk = Desk(
    kind="change",
    model=Change,
    plural="changes",
    title=_l("Changes"),
    noun=_l("change"),
    icon="git-pull-request-arrow",
    place=40,
    styles=("css/changes.css",),
)
desks.add("change")(desk)
