"""What rules and macros can have done by runbooks."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation.actions.proposing import propose_run
from itsm.automation.runbook_fields import RunbookName
from itsm.automation.selectors.runbooks import runbook_named
from itsm.core.errors import Invalid
from itsm.core.fields import Mapped
from itsm.core.verbs import Reason, verb
from itsm.people.models import User
from itsm.tickets.models import Ticket


@verb(
    "run_runbook",
    label=_l("Propose a run of a runbook"),
    needs="runbooks.run",
    help=_l("Its policy says whether a person decides. What is not said comes from the record."),
    fields=[
        RunbookName(name="runbook", label=_l("Runbook"), required=True),
        Mapped(
            name="parameters",
            label=_l("What it is told"),
            help=_l("A name and its value in each line, such as host: web-1."),
        ),
    ],
)
def run_runbook(ticket: Ticket, *, actor: User, values: Mapping[str, Any], reason: Reason) -> str:
    """Propose a run, once for each trigger."""
    runbook = runbook_named(values["runbook"])
    if runbook is None:
        raise Invalid(
            _("No runbook in use is named %(name)s.") % {"name": values["runbook"]},
            field="runbook",
        )
    event = f"event:{reason.event.pk}" if reason.event else f"version:{ticket.version}"
    run = propose_run(
        runbook=runbook,
        ticket=ticket,
        parameters=values["parameters"],
        key=f"rule:{reason.rule_id or 0}:{event}:{ticket.pk}:{runbook.slug}",
        actor=actor,
        reason=reason.words,
    )
    return f"{runbook} #{run.pk}"
