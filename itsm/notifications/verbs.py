"""How rules and macros tell people and programs."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import Invalid
from itsm.core.verbs import Reason, verb
from itsm.notifications import actions, lanes
from itsm.notifications.selectors import webhook_named
from itsm.people.models import User
from itsm.people.selectors import people_of
from itsm.tickets.fields import Anybody, Field, Line, TeamName
from itsm.tickets.models import Ticket


@verb(
    "notify",
    label=_l("Tell people"),
    fields=[
        Anybody(name="person", label=_l("Person (user name)")),
        TeamName(name="team", label=_l("Team")),
        Field(name="words", label=_l("Words"), required=True, max_length=2000),
    ],
)
def notify(ticket: Ticket, *, actor: User, values: Mapping[str, Any], reason: Reason) -> str:
    """Send word of the ticket to somebody, or to everybody in a team."""
    people = [values["person"]] if values["person"] else []
    if values["team"]:
        people += people_of(values["team"])
    if not people:
        raise Invalid(_("Name a person or a team."), field="person")
    actions.notify(ticket=ticket, people=people, words=values["words"], actor=actor)
    return ", ".join(sorted({str(each) for each in people}))


@verb(
    "call_webhook",
    label=_l("Call a webhook"),
    help=_l("Administrators set webhooks up; it is posted as soon as the rule has acted."),
    needs="tickets.work",
    on_ticket=False,
    fields=[
        Line(name="webhook", label=_l("Name of the webhook"), required=True, max_length=80),
        Field(name="text", label=_l("Text to send along"), max_length=4000),
    ],
)
def call_webhook(
    ticket: Ticket | None, *, actor: User, values: Mapping[str, Any], reason: Reason
) -> str:
    """Post the record and a text to a program."""
    endpoint = webhook_named(values["webhook"])
    if endpoint is None:
        raise Invalid(_("No webhook has this name."), field="webhook")
    call = actions.queue_call(
        endpoint=endpoint,
        event=reason.event,
        ticket=ticket,
        asked_by=reason.words,
        text=values["text"],
    )
    transaction.on_commit(lanes.wake, robust=True)
    return call.identity
