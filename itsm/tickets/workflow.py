"""The one way a ticket changes state.

A transition is one decorated function that holds only what is particular to it. Locking, the rules
on who may and from where, the new state, saving and the event are here, once, for every kind.
"""

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused, Stale
from itsm.core.registry import Registry
from itsm.core.verbs import Reason, Verb, verbs
from itsm.people.models import User
from itsm.tickets.fields import Field, TicketNumber, cleaned
from itsm.tickets.models import OPEN_PHASES, Phase, Ticket
from itsm.tickets.numbering import next_number
from itsm.tickets.permissions import is_own, may_work
from itsm.tickets.priority import priority_of

T = TypeVar("T", bound=Ticket)
Body = Callable[..., str | None]


# Verbs that are done to every kind in the same words, see ``tickets.verbs``.
ANY_KIND = frozenset({"assign"})


@dataclass(frozen=True)
class State:
    """One state of a kind of ticket: its phase for the rest of the house, its name for people."""

    phase: Phase
    label: Any


@dataclass(frozen=True)
class Transition:
    """A verb that takes a ticket from some states to one."""

    kind: str
    verb: str
    label: Any
    sources: frozenset[str]
    targets: tuple[str, ...]
    event: str
    needs: str
    own: bool
    fields: tuple[Field, ...]
    by_people: bool
    when: Callable[[Any], bool]
    perform: Callable[..., Any]

    def open_to(self, ticket: Ticket, actor: User) -> bool:
        """Whether this actor may do this to this ticket now."""
        is_due = ticket.state in self.sources and self.when(ticket)
        return is_due and self.permits(ticket, actor)

    def permits(self, ticket: Ticket, actor: User) -> bool:
        """Whether this actor may ever do this to this ticket."""
        return may_work(actor, ticket, self.needs) or (self.own and is_own(actor, ticket))

    def is_for(self, actor: User) -> bool:
        """Whether this actor may do this to some ticket at all."""
        return self.own or (actor.has_perm(self.needs) and actor.has_perm("tickets.work"))

    def perform_with(
        self, ticket: Ticket, *, actor: User, given: Mapping[str, Any], version: int | None = None
    ) -> Ticket:
        """Perform with raw input, as a form or the API gives it."""
        values = cleaned(self.fields, given)
        performed: Ticket = self.perform(ticket, actor=actor, expected_version=version, **values)
        return performed


def always(_ticket: Any) -> bool:
    """Whatever else is true of the ticket."""
    return True


def by_matrix(ticket: Any) -> int:
    """The priority that impact and urgency give."""
    return priority_of(ticket.impact, ticket.urgency)


class Workflow:
    """The states of one kind of ticket, and the transitions between them."""

    def __init__(
        self,
        kind: str,
        *,
        prefix: str,
        states: Mapping[str, State],
        editable: Collection[str] = (),
        priority: Callable[[Any], int] = by_matrix,
    ) -> None:
        """``editable`` names the columns of this kind alone that may be edited; ``priority``
        computes how urgent a ticket is unless somebody said so by hand.
        """
        self.kind = kind
        self.priority = priority
        self.editable = frozenset(editable)
        self.prefix = prefix
        self.states = dict(states)
        self.initial = next(iter(states))
        self.transitions: dict[str, Transition] = {}
        workflows.add(kind)(self)

    def open(
        self, ticket: T, *, event: str, actor: User, data: Mapping[str, Any] | None = None
    ) -> T:
        """Bring a new ticket into the world, in its first state."""
        # No savepoint of its own: whoever opens a ticket within more work fails with it.
        with transaction.atomic(savepoint=False):
            ticket.kind = self.kind
            ticket.number = next_number(self.prefix)
            ticket.opened_by = actor
            self._enter(ticket, self.initial)
            ticket.save(force_insert=True)
            events.publish(event, ticket, actor=actor, data=data, public=True)
        return ticket

    def transition(
        self,
        verb: str,
        *,
        label: Any,
        source: Collection[str],
        target: str | Sequence[str] | None,
        event: str,
        needs: str,
        own: bool = False,
        fields: Sequence[Field] = (),
        by_people: bool = True,
        public: bool = True,
        when: Callable[[Any], bool] = always,
    ) -> Callable[[Body], Callable[..., Any]]:
        """Declare a verb; ``target`` None keeps the state, ``own`` lets the caller do it too.

        Where there are several targets the body returns which of them it leads to. Unless
        ``when`` is true of a ticket the verb is not offered; the body says why it refuses.
        """
        targets = () if target is None else (target,) if isinstance(target, str) else tuple(target)
        if unknown := {*source, *targets} - set(self.states):
            raise ValueError(f"{self.kind} has no state {', '.join(sorted(unknown))}.")

        def declare(body: Body) -> Callable[..., Any]:
            @functools.wraps(body)
            def perform(
                ticket: Ticket, /, *, actor: User, expected_version: int | None = None, **given: Any
            ) -> Ticket:
                try:
                    with transaction.atomic():
                        locked = ticket.lock(beside=_held_beside(transition, given))
                        self._check(transition, locked, actor, expected_version)
                        before = facts(locked)
                        chosen = body(locked, actor=actor, **given)
                        self._move(locked, targets[0] if len(targets) == 1 else chosen)
                        events.publish(
                            event,
                            locked,
                            actor=actor,
                            data=_told(before, locked, given),
                            public=public,
                        )
                except Refused as refusal:
                    if type(refusal) is Refused:
                        _log_refusal(ticket, transition, actor, refusal)
                    raise
                return locked

            transition = Transition(
                self.kind,
                verb,
                label,
                frozenset(source),
                targets,
                event,
                needs,
                own,
                tuple(fields),
                by_people,
                when,
                perform,
            )
            self.transitions[verb] = transition
            if by_people and verb not in ANY_KIND:
                verbs.add(f"{self.kind}.{verb}")(_as_verb(transition))
            return perform

        return declare

    def available(self, ticket: Ticket, actor: User) -> list[Transition]:
        """What this actor may do to this ticket now: the buttons of its page."""
        return [
            each
            for each in self.transitions.values()
            if each.by_people and each.open_to(ticket, actor)
        ]

    def ends(self, transition: Transition) -> bool:
        """Whether work on a ticket is over when this is done."""
        phases = [self.states[each].phase for each in transition.targets]
        return bool(phases) and all(each not in OPEN_PHASES for each in phases)

    def label_of(self, state: str) -> Any:
        """A state's name for people."""
        return self.states[state].label

    def _enter(self, ticket: Ticket, state: str) -> None:
        ticket.state = state
        ticket.phase = self.states[state].phase

    def _move(self, ticket: Ticket, target: str | None) -> None:
        if target is not None:
            self._enter(ticket, target)
        save_change(ticket)

    def _check(
        self, transition: Transition, ticket: Ticket, actor: User, expected_version: int | None
    ) -> None:
        if not transition.permits(ticket, actor):
            raise NotAllowed(
                _("You may not %(verb)s %(number)s.")
                % {"verb": transition.verb, "number": ticket.number}
            )
        check_version(ticket, expected_version)
        if ticket.state not in transition.sources:
            raise Refused(
                _("%(number)s is %(state)s; it cannot %(verb)s now.")
                % {
                    "number": ticket.number,
                    "state": self.label_of(ticket.state),
                    "verb": transition.verb,
                }
            )


def _held_beside(transition: Transition, given: Mapping[str, Any]) -> list[str]:
    """The numbers of the other tickets that this changes."""
    named = [
        each.name for each in transition.fields if isinstance(each, TicketNumber) and each.is_held
    ]
    return [given[name] for name in named if given.get(name)]


def check_version(ticket: Ticket, expected: int | None) -> None:
    """Stale unless the ticket still is as the actor saw it; None asks nothing."""
    if expected is not None and ticket.version != expected:
        raise Stale(
            _("%(number)s has changed since you opened it; look at it again.")
            % {"number": ticket.number}
        )


def save_change(ticket: Ticket, columns: Collection[str] | None = None) -> None:
    """Save a locked ticket as its next version; only these columns, where they are known."""
    ticket.version += 1
    ticket.updated_at = timezone.now()
    ticket.save(update_fields=None if columns is None else {*columns, "version", "updated_at"})


def facts(ticket: Ticket) -> dict[str, Any]:
    """The columns of a ticket whose changes the timeline tells."""
    own = workflows[ticket.kind].editable - RELATED if ticket.kind in workflows else frozenset()
    return {name: getattr(ticket, name) for name in (*TOLD, *sorted(own)) if hasattr(ticket, name)}


TOLD = (
    "state", "title", "description", "impact", "urgency", "priority", "service_id", "team_id",
    "assignee_id", "caller_id", "tags", "confidential", "parent_id", "on_hold_reason",
    "resolution_code", "category", "subcategory", "problem_id", "caused_by_change_id", "major",
    "cause_category_id",
)  # fmt: skip


# Told of by their ids, or by those who set them.
RELATED = frozenset({"service", "configuration_items", "problem", "cause_category"})


def diff(before: Mapping[str, Any], ticket: Ticket) -> dict[str, list[Any]]:
    """What changed, as [before, after] by column; long texts only by name."""
    after = facts(ticket)
    changed = {name for name in before if before[name] != after[name]}
    return {name: _change(name, before[name], after[name]) for name in before if name in changed}


def _change(name: str, before: Any, after: Any) -> list[Any]:
    is_long = any(isinstance(each, str) and len(each) > LONGEST_TOLD for each in (before, after))
    return [] if is_long or name == "description" else [_column(before), _column(after)]


def _column(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


LONGEST_TOLD = 250  # characters of a value


def _told(before: Mapping[str, Any], ticket: Ticket, given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "from": before["state"],
        "to": ticket.state,
        "diff": diff(before, ticket),
        "given": {name: _plain(value) for name, value in given.items() if value not in (None, "")},
    }


def _plain(value: Any) -> Any:
    """The value as it will still be true in a year: ids, words and numbers."""
    if isinstance(value, models.Model):
        return value.pk
    return value if isinstance(value, str | int | bool) else str(value)


def _log_refusal(ticket: Ticket, transition: Transition, actor: User, refusal: Refused) -> None:
    with transaction.atomic():
        events.publish(
            f"{ticket.kind}.transition_refused",
            ticket,
            actor=actor,
            data={"verb": transition.verb, "state": ticket.state, "why": str(refusal)},
        )


def _as_verb(transition: Transition) -> Verb:
    def run(ticket: Ticket, *, actor: User, values: Mapping[str, Any], reason: Reason) -> Ticket:
        performed: Ticket = transition.perform(ticket, actor=actor, **values)
        return performed

    return Verb(
        name=f"{transition.kind}.{transition.verb}",
        label=transition.label,
        run=run,
        fields=transition.fields,
        needs=transition.needs,
        kinds=(transition.kind,),
    )


workflows: Registry[Workflow] = Registry("workflow")

__all__ = ["Field", "Invalid", "State", "Transition", "Workflow", "workflows"]
