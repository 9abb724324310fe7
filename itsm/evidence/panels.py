"""What an incident's and a problem's page shows of the evidence."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.evidence.selectors import KINDS, packs_of
from itsm.evidence.telling import told, where_to_take
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_see_notes, may_work

CAUSES, CHARTS, PATTERNS, CHANGES = 3, 2, 3, 3


@panel(
    "evidence of causes",
    title=_l("Likely cause"),
    template="evidence/_panel.html",
    kinds=KINDS,
    order=22,
    rows="SELECT 1 FROM evidence_evidencepack WHERE ticket_id = %(ticket)s"
    " UNION ALL SELECT 1 FROM evidence_evidencepack AS pack JOIN incidents_incident AS incident"
    " ON incident.ticket_ptr_id = pack.ticket_id WHERE incident.problem_id = %(ticket)s",
    shows_bare=True,
)
def likely_cause(user: User, ticket: Ticket, *, is_bare: bool = False) -> Mapping[str, Any] | None:
    """The likeliest causes with their reasons, and the beginning of the evidence."""
    if not may_see_notes(user):
        return None
    newest = None if is_bare else packs_of(user, ticket).first()
    may_ask = may_work(user, ticket)
    if newest is None:
        return {"may_ask": may_ask} if may_ask else None
    pack = told(newest, user)
    return {
        "pack": pack,
        "causes": pack["causes"][:CAUSES],
        "charts": pack["charts"][:CHARTS],
        "patterns": pack["patterns"][:PATTERNS],
        "changes": pack["changes"][:CHANGES],
        "may_ask": may_ask,
        "take": where_to_take(user, ticket),
    }
