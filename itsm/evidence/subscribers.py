"""Making packs of evidence when something happens: in a worker, since tools are asked."""

from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.evidence import actions, selectors
from itsm.evidence.models import EvidencePack
from itsm.people.models import User


@on(
    *("incident.opened", "incident.raised", "incident.edited", "incident.priority_overridden"),
    moment=Moment.AFTER,
    columns=("priority", "service_id", "configuration_items"),
)
def look_for_the_cause(event: Event) -> None:
    """An urgent incident gets a pack unasked, as soon as it is urgent."""
    ticket = selectors.ticket_of("incident", event.subject_id)
    if ticket is not None and selectors.wants_pack(ticket):
        actions.make_pack(ticket=ticket, why=EvidencePack.Why.BEGUN, event_id=event.pk)


@on("incident.evidence_asked", "problem.evidence_asked", moment=Moment.AFTER)
def look_because_somebody_asked(event: Event) -> None:
    """Whoever asks gets a pack, whatever is in it."""
    ticket = selectors.ticket_of(event.subject_type, event.subject_id)
    asked_by = event.actor if isinstance(event.actor, User) else None
    if ticket is not None:
        actions.make_pack(
            ticket=ticket, why=EvidencePack.Why.ASKED, event_id=event.pk, asked_by=asked_by
        )
