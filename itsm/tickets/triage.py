"""A change to one or many tickets from a list: each on its own, with its way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid, NotAllowed, NotFound, Refused, Stale
from itsm.people.models import User
from itsm.tickets import actions
from itsm.tickets.desks import Desk
from itsm.tickets.fields import cleaned
from itsm.tickets.forms import EDITABLE, as_typed
from itsm.tickets.models import Link, Ticket
from itsm.tickets.priority import levels_for
from itsm.tickets.selectors import links_of, ticket_for, visible_tickets
from itsm.tickets.workflow import Transition, workflows

MOST = 200
UNDO_WITHIN = 60  # seconds; the button is shown for six of them
SALT = "tickets.undo"
CODES = {Invalid: 422, NotAllowed: 403, NotFound: 404, Stale: 412}


@dataclass(frozen=True)
class Step:
    """One thing to do to a ticket, in raw words: edit, watch, unwatch or a verb of its workflow."""

    verb: str
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a change of one ticket ended; ``back`` leads to how it was, and may be empty."""

    number: str
    code: int = 200
    why: str = ""
    version: int = 0
    back: Sequence[Step] = ()

    @property
    def is_done(self) -> bool:
        return self.code == 200


@dataclass(frozen=True)
class Change:
    """What is asked of every ticket: a field and its value, or a verb and what it asks for."""

    what: str
    given: Mapping[str, str]

    def step_for(self, ticket: Ticket) -> Step:
        """The step this change means for a ticket as it is."""
        value = self.given.get("value", "").strip()
        if self.what == "assignee" and not value:
            return Step("unassign")
        if self.what in ("assignee", "team"):
            return Step("assign", {self.what: value})
        if self.what == "priority":
            return Step("edit", _levels_for(ticket, value))
        if self.what == "service":
            return Step("edit", {"service": value})
        if self.what in ("tag", "untag"):
            tags = set(ticket.tags) - {value.lower()} | ({value} if self.what == "tag" else set())
            return Step("edit", {"tags": ",".join(sorted(tags))})
        return Step(self.what, self.given)


# Done to every kind in the same words, by menus of their own.
OF_ANY_KIND = ("assign", "unassign")


def verbs_open_to(user: User, desk: Desk) -> list[Transition]:
    """What this person may ever do to tickets of a kind, by verbs of its own."""
    return [
        each
        for each in workflows[desk.kind].transitions.values()
        if each.by_people and each.verb not in OF_ANY_KIND and each.is_for(user)
    ]


def offered(user: User, *, desk: Desk, numbers: Sequence[str]) -> dict[str, int]:
    """The verbs this person may do now to any of these tickets, with how many each applies to."""
    found = visible_tickets(user, desk.model).select_related(None).filter(number__in=numbers[:MOST])
    tickets = list(found)
    counts = {
        each.verb: sum(each.open_to(ticket, user) for ticket in tickets)
        for each in verbs_open_to(user, desk)
    }
    return {verb: count for verb, count in counts.items() if count}


def change_each(
    user: User, *, desk: Desk, change: Change, numbers: Sequence[str], versions: Mapping[str, int]
) -> list[Outcome]:
    """Change each of these tickets by itself, so that one refusal stops no other."""
    found = visible_tickets(user, desk.model).filter(number__in=numbers[:MOST])
    tickets = {each.number: each for each in found}
    return [
        _changed(user, desk, tickets.get(number), number, change, versions.get(number))
        for number in dict.fromkeys(numbers[:MOST])
    ]


def _changed(
    user: User,
    desk: Desk,
    ticket: Ticket | None,
    number: str,
    change: Change,
    version: int | None,
) -> Outcome:
    if ticket is None:
        return Outcome(number, 404, _("There is no %(number)s.") % {"number": number})
    try:
        step = change.step_for(ticket)
        if version is None and step.verb == "edit":
            # All tags are set at once: one that came since they were read must not be lost.
            version = ticket.version
        was_so = _is_so(user, ticket, step)
        after = perform(ticket, step, actor=user, version=version)
    except Refused as refusal:
        return Outcome(number, CODES.get(type(refusal), 409), str(refusal), ticket.version)
    back = [] if was_so else _way_back(desk, ticket, after, step)
    return Outcome(number, version=after.version, back=back)


WATCHING = {"watch": "unwatch", "unwatch": "watch"}
LINKING = {"link": "unlink", "unlink": "link"}


def _is_so(user: User, ticket: Ticket, step: Step) -> bool:
    """Whether a step would change nothing, so that nothing is to be taken back."""
    if step.verb in WATCHING:
        return bool(ticket.watchers.filter(user=user).exists() == (step.verb == "watch"))
    if step.verb == "link":
        other = ticket_for(user, step.given.get("value", ""))
        return bool(_links_between(user, ticket, other))
    return False


def _links_between(user: User, ticket: Ticket, other: Ticket) -> list[Link]:
    """The links a list makes from one ticket to another: at most one."""
    ends = (ticket.pk, other.pk, Link.Sort.RELATES_TO)
    return [
        each
        for each in links_of(user, ticket)
        if (each.from_ticket_id, each.to_ticket_id, each.sort) == ends
    ]


def perform(
    ticket: Ticket,
    step: Step,
    *,
    actor: User,
    version: int | None = None,
    is_back: bool = False,
) -> Ticket:
    """Do one step by the action or transition it names, with every check these make.

    Some verbs are no one's to choose, and only lead back.
    """
    if step.verb == "edit":
        changes = cleaned(EDITABLE, step.given, partly=True)
        return actions.edit(ticket=ticket, actor=actor, changes=changes, expected_version=version)
    if step.verb in WATCHING:
        act = actions.watch if step.verb == "watch" else actions.unwatch
        act(ticket=ticket, user=actor, actor=actor)
        return ticket
    if step.verb in LINKING:
        other = ticket_for(actor, step.given.get("value", ""))
        if step.verb == "link":
            actions.link(ticket=ticket, other=other, actor=actor)
        for each in _links_between(actor, ticket, other) if step.verb == "unlink" else ():
            actions.unlink(ticket=ticket, link=each, actor=actor)
        return ticket
    transition = workflows[ticket.kind].transitions.get(step.verb)
    if transition is None or not (transition.by_people or is_back):
        raise Invalid(_("Choose what to change."), field="what")
    names = {each.name for each in transition.fields}
    given = {name: value for name, value in step.given.items() if name in names}
    return transition.perform_with(ticket, actor=actor, given=given, version=version)


def _levels_for(ticket: Ticket, priority: str) -> dict[str, str]:
    """The impact and urgency nearest to the ticket's that make the priority."""
    if ticket.priority_reason:
        raise Refused(
            _("The priority of %(number)s was set by hand; a process manager can clear it.")
            % {"number": ticket.number}
        )
    try:
        impact, urgency = levels_for(int(priority), near=(ticket.impact, ticket.urgency))
    except (KeyError, ValueError):
        raise Invalid(_("Choose a priority from 1 to 5."), field="value") from None
    return {"impact": str(impact), "urgency": str(urgency)}


def _way_back(desk: Desk, before: Ticket, after: Ticket, step: Step) -> list[Step]:
    if step.verb in WATCHING:
        return [Step(WATCHING[step.verb])]
    if step.verb == "link":
        return [Step("unlink", step.given)]
    if step.verb == "edit":
        was, now = as_typed(before), as_typed(after)
        changed = {name: was[name] for name in step.given if was[name] != now[name]}
        return [Step("edit", changed)] if changed else []
    if step.verb in ("assign", "unassign"):
        return _back_to(before, after)
    back = desk.back.get(step.verb)
    # Who began with a ticket may have come to have it by that.
    return [Step(back), *_back_to(before, after)] if back else []


def _back_to(before: Ticket, after: Ticket) -> list[Step]:
    """The steps that give a ticket to whom it was given before."""
    had = {
        "team": before.team.slug if before.team else "",
        "assignee": before.assignee.username if before.assignee else "",
    }
    if (before.team_id, before.assignee_id) == (after.team_id, after.assignee_id):
        return []
    steps = []
    is_new_team = after.team_id is not None and not had["team"]
    if is_new_team or (after.assignee_id and not had["assignee"]):
        steps.append(Step("unassign", {"team": "on"} if is_new_team else {}))
    if had["assignee"] or (before.team_id != after.team_id and had["team"]):
        steps.append(Step("assign", {name: value for name, value in had.items() if value}))
    return steps


def way_back(user: User, *, desk: Desk, before: Ticket, after: Ticket, step: Step) -> str:
    """What takes back a step that was just done to one ticket; empty when nothing can."""
    back = _way_back(desk, before, after, step)
    return undo_token(user, [Outcome(after.number, version=after.version, back=back)])


def undo_token(user: User, outcomes: Sequence[Outcome]) -> str:
    """What takes back all that can be taken back, for this person alone; empty when nothing can."""
    ways = [
        [each.number, each.version, [[step.verb, dict(step.given)] for step in each.back]]
        for each in outcomes
        if each.is_done and each.back
    ]
    return signing.dumps([user.pk, ways], salt=SALT, compress=True) if ways else ""


def undo(user: User, *, desk: Desk, token: str) -> list[Outcome]:
    """Take back what the token says, unless somebody changed a ticket since."""
    try:
        owner, ways = signing.loads(token, salt=SALT, max_age=UNDO_WITHIN)
    except signing.BadSignature:
        raise Refused(_("It is too late to undo this.")) from None
    if owner != user.pk:
        raise NotAllowed(_("Only who changed it can undo it."))
    numbers = [number for number, _version, _steps in ways]
    found = visible_tickets(user, desk.model).filter(number__in=numbers)
    tickets = {each.number: each for each in found}
    return [_taken_back(user, tickets.get(way[0]), *way) for way in ways]


def _taken_back(
    user: User, ticket: Ticket | None, number: str, version: int, steps: Sequence[Any]
) -> Outcome:
    if ticket is None:
        return Outcome(number, 404, _("There is no %(number)s.") % {"number": number})
    try:
        for verb, given in steps:
            step = Step(verb, given)
            ticket = perform(ticket, step, actor=user, version=version, is_back=True)
            version = ticket.version
    except Refused as refusal:
        return Outcome(number, CODES.get(type(refusal), 409), str(refusal), version)
    return Outcome(number, version=version)
