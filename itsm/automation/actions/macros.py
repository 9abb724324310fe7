"""Running macros on records, in the name of who presses the button."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.automation.actions.doing import Failed, perform
from itsm.automation.models import Macro
from itsm.automation.selectors.situations import situation_of_ticket
from itsm.core import events
from itsm.core.errors import NotAllowed, Refused
from itsm.core.verbs import Reason
from itsm.people.models import User
from itsm.tickets.permissions import may_work


@transaction.atomic
def run_macro(*, macro: Macro, ticket: Any, actor: User) -> list[Mapping[str, Any]]:
    """Do all steps of a macro to a record, or none; each as far as the actor may."""
    if not may_work(actor, ticket):
        raise NotAllowed(_("You may not edit %(number)s.") % {"number": ticket.number})
    if not macro.is_on or (macro.kinds and ticket.kind not in macro.kinds):
        raise Refused(_("“%(name)s” is not for this record.") % {"name": macro.name})
    try:
        steps = perform(
            macro.steps,
            situation_of_ticket(ticket),
            actor=actor,
            reason=Reason(words=macro.name, subject=ticket),
        )
    except Failed as failure:
        sentence = _("“%(name)s” did nothing: %(why)s")
        raise Refused(sentence % {"name": macro.name, "why": failure.why}) from failure
    data = {"macro": macro.slug, "steps": [each["verb"] for each in steps]}
    events.publish("macro.performed", ticket, actor=actor, data=data)
    return list(steps)
