"""Changing what a ticket says of itself, outside of its transitions."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import User
from itsm.tickets.models import Priority, Ticket
from itsm.tickets.permissions import may_work
from itsm.tickets.workflow import check_version, diff, facts, save_change, workflows

# Of every kind; each adds its own.
EDITABLE = frozenset(
    {
        "title", "description", "impact", "urgency", "service", "caller", "tags", "confidential",
        "parent", "configuration_items",
    }
)  # fmt: skip
MOST_PARENTS = 5
Changes = Callable[[Any], Mapping[str, Any]]


@transaction.atomic
def edit(
    *,
    ticket: Ticket,
    actor: User,
    changes: Mapping[str, Any] | Changes,
    expected_version: int | None = None,
) -> Ticket:
    """Change columns of a ticket; the names must be editable, the values clean.

    Where what changes depends on what stands there, it is asked for once the ticket is held.
    """
    locked = ticket.lock()
    if callable(changes):
        changes = changes(locked)
    if unknown := set(changes) - EDITABLE - workflows[ticket.kind].editable:
        field = sorted(unknown)[0]
        raise Invalid(_("%(field)s cannot be edited.") % {"field": field}, field=field)
    _check_may_edit(locked, actor)
    check_version(locked, expected_version)
    before, columns = facts(locked), {"priority", *changes} - {"configuration_items"}
    for name, value in changes.items():
        if name != "configuration_items":
            setattr(locked, name, value)
    _check_parents(locked)
    if not locked.priority_reason:
        locked.priority = workflows[locked.kind].priority(locked)
    changed = diff(before, locked) | _set_items(locked, changes)
    if changed:
        save_change(locked, columns)
        events.publish(f"{locked.kind}.edited", locked, actor=actor, data={"diff": changed})
    elif any(name not in before for name in changes):
        save_change(locked, columns)
    return locked


@transaction.atomic
def override_priority(*, ticket: Ticket, actor: User, priority: int, reason: str) -> Ticket:
    """Set the priority by hand until it is cleared; the reason is kept."""
    if not actor.has_perm("incidents.manage"):
        raise NotAllowed(_("Only a process manager sets a priority by hand."))
    if priority not in Priority.values:
        raise Invalid(_("Choose a priority from 1 to 5."), field="priority")
    if not reason.strip():
        raise Invalid(_("Say why the computed priority is not right."), field="reason")
    return _set_priority(ticket, actor, priority, reason.strip()[:250])


@transaction.atomic
def clear_priority(*, ticket: Ticket, actor: User) -> Ticket:
    """Let the priority follow impact and urgency again."""
    if not actor.has_perm("incidents.manage"):
        raise NotAllowed(_("Only a process manager sets a priority by hand."))
    return _set_priority(ticket, actor, None, "")


def _set_priority(ticket: Ticket, actor: User, priority: int | None, reason: str) -> Ticket:
    """Set the priority; None lets it be computed."""
    locked = ticket.lock()
    _check_may_edit(locked, actor)
    before = facts(locked)
    computed = workflows[locked.kind].priority(locked)
    locked.priority, locked.priority_reason = priority or computed, reason
    save_change(locked)
    data = {"diff": diff(before, locked), "reason": reason}
    events.publish(f"{locked.kind}.priority_overridden", locked, actor=actor, data=data)
    return locked


def _set_items(ticket: Ticket, changes: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Let the ticket name these components; what changed, as names before and after."""
    if "configuration_items" not in changes:
        return {}
    before = sorted(ticket.configuration_items.values_list("name", flat=True))
    after = sorted(each.name for each in changes["configuration_items"])
    if before == after:
        return {}
    ticket.configuration_items.set(changes["configuration_items"])
    return {"configuration_items": [before, after]}


def _check_may_edit(ticket: Ticket, actor: User) -> None:
    if not may_work(actor, ticket):
        raise NotAllowed(_("You may not edit %(number)s.") % {"number": ticket.number})
    if ticket.phase == "closed" and not actor.has_perm("incidents.manage"):
        raise Refused(
            _("%(number)s is closed; a process manager can correct it.") % {"number": ticket.number}
        )


def _check_parents(ticket: Ticket) -> None:
    parent, depth = ticket.parent, 0
    while parent is not None:
        depth += 1
        if parent.pk == ticket.pk:
            raise Invalid(_("A ticket cannot stand below itself."), field="parent")
        if depth > MOST_PARENTS:
            raise Invalid(
                _("Tickets can stand at most %(most)d deep.") % {"most": MOST_PARENTS},
                field="parent",
            )
        parent = parent.parent
