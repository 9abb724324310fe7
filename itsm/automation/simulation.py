"""What rules would have done with what has happened, by the events as they are kept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from itsm.automation.actions.evaluating import guard_key, judge
from itsm.automation.models import Outcome, Rule
from itsm.automation.rewinding import rewound
from itsm.automation.selectors.rulebook import Ready, ready
from itsm.automation.selectors.situations import situation_of, situation_of_ticket, tickets_of
from itsm.core.facts import Situation
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.desks import desks
from itsm.tickets.models import OPEN_PHASES, Ticket

MOST_EVENTS = 2000
MOST_TICKETS = 2000
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Played:
    """One event as one rule would have met it."""

    rule: Rule
    event: Event | None
    at: datetime
    ticket_id: int | None
    outcome: str
    place: int | None = None
    seen: Any = None


@dataclass(frozen=True)
class Simulation:
    """What one rule would have done: how much was looked at, and every time it would have acted."""

    looked: int
    is_cut: bool
    acted: Sequence[Played]
    held: int
    missed: Sequence[tuple[int, int]]  # by the place of the first condition that did not hold
    tickets: Mapping[int, Ticket]

    @property
    def numbers(self) -> dict[int, str]:
        """The numbers of the records it would have acted on."""
        return {pk: each.number for pk, each in self.tickets.items()}


def simulated(rule: Rule, *, user: User, since: datetime, now: datetime) -> Simulation:
    """What this rule would have done since then; of records this person may see."""
    if rule.trigger == Rule.Trigger.TIME:
        return _told(rule, _played_now(rule, now), user, looked_most=MOST_TICKETS)
    before = Rule.objects.filter(
        trigger=Rule.Trigger.EVENT, mode=Rule.Mode.ON, stops=True, position__lt=rule.position
    )
    rules = [*before.exclude(pk=rule.pk), rule]
    events = list(events_for(rule, since=since)[: MOST_EVENTS + 1])
    played = play(rules, events[:MOST_EVENTS])
    mine = [each for each in played if each.rule is rule]
    return _told(rule, mine, user, looked_most=MOST_EVENTS, is_cut=len(events) > MOST_EVENTS)


def events_for(rule: Rule, *, since: datetime) -> QuerySet[Event]:
    """The events since then that the rule listens for, newest first."""
    wanted = Q(name__in=[each for each in rule.events if not each.endswith(".*")])
    for each in rule.events:
        if each.endswith(".*"):
            wanted |= Q(name__startswith=each[:-1])
    found = Event.objects.filter(wanted, happened_at__gte=since)
    return found.select_related("actor").order_by("-id")


def play(rules: Sequence[Rule], events: Sequence[Event]) -> list[Played]:
    """Take the events through the rules in thought, each with its record as it was then."""
    prepared = [ready(each) for each in rules]
    judged: dict[int, list[_Judged]] = {}
    for event, situation in _situations(events):
        judged[event.pk] = [
            _judged(each, situation) for each in prepared if _hears(each.rule, event)
        ]
    memory = _Memory()
    played: list[Played] = []
    for event_id in sorted(judged):
        is_over = False
        for each in judged[event_id]:
            one = memory.passed(each) if not is_over else each.with_outcome(Outcome.STOPPED)
            played.append(one)
            is_over = is_over or (one.outcome == Outcome.ACTED and each.rule.stops)
    return played


@dataclass(frozen=True)
class _Judged:
    """What the conditions of a rule say to an event, before guards and limits."""

    rule: Rule
    situation: Situation
    at: datetime
    ticket_id: int | None
    key: str
    outcome: str
    place: int | None
    seen: Any

    def with_outcome(self, outcome: str) -> Played:
        return Played(
            self.rule, self.situation.event, self.at, self.ticket_id, outcome, self.place, self.seen
        )


class _Memory:
    """When each rule acted, in thought, so that guards and limits hold."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, str], datetime] = {}
        self._acted: dict[str, list[datetime]] = defaultdict(list)

    def passed(self, judged: _Judged) -> Played:
        """What becomes of the rule here."""
        rule, at = judged.rule, judged.at
        if judged.outcome != Outcome.ACTED:
            return judged.with_outcome(judged.outcome)
        recent = [each for each in self._acted[rule.slug] if each > at - HOUR]
        if len(recent) >= rule.most_an_hour:
            return judged.with_outcome(Outcome.LIMITED)
        if judged.key and self._is_held(rule, judged.key, at):
            return judged.with_outcome(Outcome.HELD)
        self._acted[rule.slug] = [*recent, at]
        return judged.with_outcome(Outcome.ACTED)

    def _is_held(self, rule: Rule, key: str, at: datetime) -> bool:
        last = self._taken.get((rule.slug, key))
        if last is not None:
            again = timedelta(minutes=rule.once_minutes) if rule.once_minutes else None
            if again is None or at < last + again:
                return True
        self._taken[rule.slug, key] = at
        return False


def _judged(prepared: Ready, situation: Situation) -> _Judged:
    verdict = judge(prepared, situation)
    return _Judged(
        rule=prepared.rule,
        situation=situation,
        at=situation.at,
        ticket_id=situation.ticket.pk if situation.ticket else None,
        key=guard_key(prepared.rule, situation) if verdict is None else "",
        outcome=verdict.outcome if verdict else Outcome.ACTED,
        place=verdict.place if verdict else None,
        seen=verdict.seen if verdict else None,
    )


def _hears(rule: Rule, event: Event) -> bool:
    noun = event.name.partition(".")[0]
    return event.name in rule.events or f"{noun}.*" in rule.events


def _situations(events: Sequence[Event]) -> Iterable[tuple[Event, Situation]]:
    by_ticket: dict[tuple[str, int], dict[int, Event]] = defaultdict(dict)
    for event in events:
        if event.subject_type in desks:
            by_ticket[event.subject_type, event.subject_id][event.pk] = event
        else:
            yield event, _of_other(event)
    for kind in {kind for kind, _pk in by_ticket}:
        wanted = {pk: found for (each, pk), found in by_ticket.items() if each == kind}
        tickets = {each.pk: each for each in tickets_of(kind).filter(pk__in=wanted)}
        for pk, history in _histories(kind, wanted).items():
            if pk not in tickets:
                continue
            for moment in rewound(tickets[pk], history):
                if moment.pk in wanted[pk]:
                    event = wanted[pk][moment.pk]
                    ticket = tickets[pk]
                    yield event, Situation(event, ticket, ticket, event.happened_at)


def _histories(kind: str, wanted: dict[int, dict[int, Event]]) -> dict[int, list[Event]]:
    """The events of each ticket from its newest back to the first that is asked for."""
    oldest = min((min(found) for found in wanted.values()), default=0)
    events = Event.objects.filter(subject_type=kind, subject_id__in=wanted, pk__gte=oldest)
    found: dict[int, list[Event]] = defaultdict(list)
    for event in events.order_by("-id"):
        found[event.subject_id].append(event)
    return found


def _of_other(event: Event) -> Situation:
    """What is no ticket is looked at as it is now, as far as the event does not say otherwise."""
    situation = situation_of(event, at=event.happened_at)
    for name in ("severity", "status", "count", "title"):
        if name in event.data and hasattr(situation.subject, name):
            setattr(situation.subject, name, event.data[name])
    return situation


def _played_now(rule: Rule, now: datetime) -> list[Played]:
    """A timed rule over what is open now."""
    prepared, memory = ready(rule), _Memory()
    tickets = tickets_of(rule.kind).filter(kind=rule.kind, phase__in=OPEN_PHASES).order_by("id")
    return [
        memory.passed(_judged(prepared, situation_of_ticket(each, at=now)))
        for each in tickets[:MOST_TICKETS]
    ]


def _told(
    rule: Rule, played: Sequence[Played], user: User, *, looked_most: int, is_cut: bool = False
) -> Simulation:
    ids = {each.ticket_id for each in played if each.ticket_id is not None}
    visible = {each.pk: each for each in Ticket.objects.visible_to(user).filter(pk__in=ids)}
    missed: dict[int, int] = defaultdict(int)
    for each in played:
        if each.outcome == Outcome.UNMET and each.place is not None:
            missed[each.place] += 1
    acted = [
        each
        for each in played
        if each.outcome == Outcome.ACTED and (each.ticket_id is None or each.ticket_id in visible)
    ]
    held = sum(each.outcome in (Outcome.HELD, Outcome.LIMITED, Outcome.CUT) for each in played)
    return Simulation(
        looked=len(played),
        is_cut=is_cut or len(played) >= looked_most,
        acted=acted[::-1],
        held=held,
        missed=sorted(missed.items()),
        tickets=visible,
    )
