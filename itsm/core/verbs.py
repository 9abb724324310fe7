"""Verbs: what rules, macros and requests can have done, each by its name.

Rooms add theirs in their ``verbs.py``; every transition of a workflow is one already. A verb does
database work only: what is to reach the world is written down and delivered later, so that a rule
acts whole or not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from itsm.core.errors import Invalid, NotAllowed
from itsm.core.fields import Field, cleaned
from itsm.core.models import Event
from itsm.core.registry import Registry


@dataclass(frozen=True, kw_only=True)
class Reason:
    """On account of what a verb is done: a rule that met an event, or a macro somebody chose."""

    words: str = ""
    event: Event | None = None
    rule_id: int | None = None
    # What the event was about, where that is no ticket, such as an alert.
    subject: Any = None


# Called with the ticket or None, and by keyword the actor, the clean values and the reason; what it
# gives is shown as what came of it.
Run = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Verb:
    """Something that can be done to a ticket, or to none where ``on_ticket`` is False.

    ``kinds`` names the kinds of tickets it fits, all when there is none; ``needs`` is the
    capability of whoever does it.
    """

    name: str
    label: Any
    run: Run
    fields: Sequence[Field] = ()
    needs: str = "tickets.work"
    kinds: Sequence[str] = ()
    on_ticket: bool = True
    help: Any = ""

    def fits(self, kind: str) -> bool:
        """Whether it can be done to tickets of this kind; without a kind, whether to none."""
        if not kind:
            return not self.on_ticket
        return not self.kinds or kind in self.kinds

    def perform(
        self, ticket: Any, *, actor: Any, given: Mapping[str, Any], reason: Reason | None = None
    ) -> Any:
        """Do it with raw values; Invalid, NotAllowed or another refusal when it cannot be done."""
        if self.on_ticket and (ticket is None or not self.fits(ticket.kind)):
            raise Invalid(_("“%(verb)s” cannot be done to this.") % {"verb": self.label})
        if self.needs and not actor.has_perm(self.needs):
            raise NotAllowed(_("You may not do “%(verb)s”.") % {"verb": self.label})
        values = cleaned(self.fields, given)
        return self.run(ticket, actor=actor, values=values, reason=reason or Reason())


verbs: Registry[Verb] = Registry("verb")


def verb(name: str, *, label: Any, **more: Any) -> Callable[[Run], Run]:
    """Declare a function as a verb."""

    def register(run: Run) -> Run:
        verbs.add(name)(Verb(name=name, label=label, run=run, **more))
        return run

    return register


def verbs_for(kinds: Sequence[str]) -> list[Verb]:
    """The verbs that fit tickets of any of these kinds, and those that need no ticket."""
    found = [
        each
        for each in verbs.values()
        if not each.on_ticket or not each.kinds or set(kinds) & set(each.kinds)
    ]
    return sorted(found, key=lambda each: (bool(each.kinds), each.name))
