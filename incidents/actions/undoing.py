"""Taking back what somebody did by mistake a moment ago; offered only as the way back of a verb."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from incidents.models import Incident
from incidents.selectors import open_children_of
from incidents.workflow import OPEN, workflow
from itsm.core.errors import Refused
from itsm.people.models import User


@workflow.transition(
    "unacknowledge",
    label=_l("Take the acknowledgement back"),
    source=OPEN,
    target=None,
    event="incident.unacknowledged",
    needs="incidents.work",
    by_people=False,
)
def unacknowledge(incident: Incident, *, actor: User) -> None:
    """Say that one is not on it after all."""
    if incident.acknowledged_by_id != actor.pk:
        raise Refused(
            _("Only who acknowledged %(number)s can take that back.") % {"number": incident.number}
        )
    since = incident.acknowledged_at
    if incident.responded_at == since:
        incident.responded_at = None
    if incident.assigned_at == since:
        incident.assigned_at = None
    incident.acknowledged_at = incident.acknowledged_by = None


@workflow.transition(
    "unstart",
    label=_l("Take the start back"),
    source=["in_progress"],
    target="new",
    event="incident.unstarted",
    needs="incidents.work",
    by_people=False,
)
def unstart(incident: Incident, *, actor: User) -> None:
    """Say that work has not begun after all, unless work on children began with it."""
    if open_children_of(incident, states=("in_progress",)).exists():
        raise Refused(
            _("Work on children of %(number)s began with it.") % {"number": incident.number}
        )
