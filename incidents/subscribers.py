"""How incidents react to the rest of the house, inside the transaction of what they react to."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _

from incidents import actions
from incidents.actions import healing
from incidents.models import Incident, OnHoldReason
from incidents.outages import people_of_outage
from incidents.selectors import open_children_of
from itsm.automation.selectors.runs import breaker_of, run_of
from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.monitoring.ledger import light_alerts
from itsm.monitoring.models import Alert
from itsm.monitoring.selectors import resolving_sources
from itsm.notifications.audience import outsiders
from itsm.notifications.topics import Why
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.actions import comment
from itsm.tickets.models import Comment, Ticket
from itsm.tickets.permissions import is_own, may_work


def _alerts_of(events: Iterable[Event]) -> list[Alert]:
    return light_alerts([each.subject_id for each in events])


def _by_incident(alerts: Iterable[Alert]) -> dict[int, list[Alert]]:
    grouped: dict[int, list[Alert]] = defaultdict(list)
    for alert in alerts:
        if alert.incident_id is not None:
            grouped[alert.incident_id].append(alert)
    return dict(sorted(grouped.items()))


def _actor(event: Event) -> User:
    return event.actor if isinstance(event.actor, User) else system_user()


@on("alert.fired", moment=Moment.INSIDE)
def join_or_open(fired: list[Event]) -> None:
    """Put the alerts on the open incidents of their outages, opening those that are missing."""
    actions.join_or_open(_alerts_of(fired), actor=_actor(fired[0]))


@on("alert.reopened", moment=Moment.INSIDE)
def take_back(reopened: list[Event]) -> None:
    """Alerts that came back within their window bring their incidents back."""
    alerts = _alerts_of(reopened)
    for ticket_id, together in _by_incident(alerts).items():
        actions.follow_alerts_up(ticket_id, together, actor=_actor(reopened[0]))
    orphans = [each for each in alerts if each.incident_id is None]
    if orphans:
        actions.join_or_open(orphans, actor=_actor(reopened[0]))


@on("alert.cleared", moment=Moment.INSIDE)
def resolve_when_clear(cleared: list[Event]) -> None:
    """Resolve the incidents none of whose alerts fires any more, if their source says so."""
    alerts = _alerts_of(cleared)
    resolving = set(resolving_sources({each.source_id for each in alerts}))
    alerts = [each for each in alerts if each.source_id in resolving]
    for ticket_id, together in _by_incident(alerts).items():
        ended = [each.ends_at for each in together if each.ends_at is not None]
        actions.resolve_if_clear(ticket_id, at=max(ended, default=None), actor=_actor(cleared[0]))


@on("alert.escalated", moment=Moment.INSIDE)
def raise_priority(escalated: list[Event]) -> None:
    """An alert that got worse raises the incident it is in."""
    for ticket_id, together in _by_incident(_alerts_of(escalated)).items():
        worst = min(together, key=lambda each: each.severity != "critical")
        if Incident(pk=ticket_id).lock().is_open():
            actions.raise_to(ticket_id, worst, actor=_actor(escalated[0]))


@on("alert.acknowledged", moment=Moment.INSIDE)
def acknowledge_with_alert(acknowledged: list[Event]) -> None:
    """An acknowledgement in the monitoring tool is one here, with what was said there."""
    said_of = {each.subject_id: each.data for each in acknowledged}
    for ticket_id, together in _by_incident(_alerts_of(acknowledged)).items():
        incident = Incident(pk=ticket_id).lock()
        if incident.is_open() and incident.acknowledged_at is None:
            actions.acknowledge(incident, actor=_actor(acknowledged[0]))
        _note(incident, said_of[together[0].pk], _actor(acknowledged[0]))


def _note(incident: Incident, said: dict[str, str], actor: User) -> None:
    words = ": ".join(filter(None, (said.get("by"), said.get("comment"))))
    if words:
        comment(ticket=incident, actor=actor, body=words, public=False, within="acknowledge")


@on("incident.commented", moment=Moment.INSIDE)
def hear_comment(commented: list[Event]) -> None:
    """A reply of the caller resumes or follows up; the first of staff starts the work."""
    for event in commented:
        if not event.data.get("within"):
            incident = Incident.objects.get(pk=event.subject_id)
            _heard(incident, _actor(event), event.data["comment"])


def _heard(incident: Incident, author: User, comment_id: int) -> None:
    by_caller = is_own(author, incident) and not may_work(author, incident)
    waits_for_caller = incident.on_hold_reason == OnHoldReason.AWAITING_CALLER
    if author.pk == incident.caller_id or by_caller:
        if incident.state == "on_hold" and waits_for_caller:
            actions.resume(incident, actor=author)
        elif incident.state == "closed":
            said = Comment.objects.get(pk=comment_id).body
            actions.open_follow_up(closed=incident, said=said, actor=author)
    elif may_work(author, incident) and not author.is_bot:
        actions.note_response(incident=incident, actor=author)


@on("incident.started", "incident.resumed", moment=Moment.INSIDE)
def start_children(started: list[Event]) -> None:
    """Work on the parent is work on its children."""
    for event in started:
        parent = Incident.objects.get(pk=event.subject_id)
        for child in open_children_of(parent, states=("new", "on_hold")):
            if child.state == "on_hold":
                if child.on_hold_reason != OnHoldReason.AWAITING_CALLER:
                    actions.resume(child, actor=_actor(event))
                continue
            if child.assignee_id is None and parent.assignee_id is not None:
                actions.assign(child, actor=_actor(event), assignee=parent.assignee)
            actions.start(child, actor=_actor(event))


@on("incident.paused", moment=Moment.INSIDE)
def pause_children(paused: list[Event]) -> None:
    """Waiting for a change, problem or vendor holds the children too; waiting for a caller not."""
    for event in paused:
        parent = Incident.objects.get(pk=event.subject_id)
        if parent.on_hold_reason == OnHoldReason.AWAITING_CALLER:
            continue
        waited = str(event.data["given"].get("ticket", ""))
        for child in open_children_of(parent, states=("new", "in_progress")):
            actions.hold(
                child,
                actor=_actor(event),
                reason=parent.on_hold_reason,
                ticket=waited or _linked_number(parent),
                vendor_reference=parent.vendor_reference,
                resume_at=parent.resume_at,
            )


def _linked_number(parent: Incident) -> str:
    wanted = {"awaiting_change": "change", "awaiting_problem": "problem"}
    kind = wanted.get(parent.on_hold_reason)
    links = parent.links_out.filter(to_ticket__kind=kind).select_related("to_ticket")
    return next((each.to_ticket.number for each in links if each.to_ticket.is_open()), "")


@on("incident.resolved", moment=Moment.INSIDE)
def resolve_children(resolved: list[Event]) -> None:
    """What restored the parent restored its children."""
    for event in resolved:
        parent = Incident.objects.get(pk=event.subject_id)
        for child in open_children_of(parent, states=("new", "in_progress", "on_hold")):
            actions.resolve(
                child,
                actor=_actor(event),
                code=parent.resolution_code,
                notes=f"{parent.number}: {parent.resolution_notes}",
                override_reason=parent.number,
            )


@on("incident.reopened", moment=Moment.INSIDE)
def reopen_children(reopened: list[Event]) -> None:
    """Staff reopening the parent reopen its children; an end user speaks for one only."""
    for event in reopened:
        parent = Incident.objects.get(pk=event.subject_id)
        if not may_work(_actor(event), parent):
            continue
        for child in open_children_of(parent, states=("resolved",)):
            actions.reopen(child, actor=_actor(event))


@on("change.cause_confirmed", moment=Moment.INSIDE)
def take_cause_over(confirmed: list[Event]) -> None:
    """The incident knows which change caused it."""
    for event in confirmed:
        actions.note_cause(
            incident_id=event.data["incident"], change_id=event.subject_id, actor=_actor(event)
        )


@on("change.cause_rejected", moment=Moment.INSIDE)
def give_cause_up(rejected: list[Event]) -> None:
    """The incident no longer says that a change caused it."""
    for event in rejected:
        actions.note_no_cause(
            incident_id=event.data["incident"], change_id=event.subject_id, actor=_actor(event)
        )


@on("problem.incident_linked", moment=Moment.INSIDE)
def take_problem_over(linked: list[Event]) -> None:
    """The incident knows which problem it comes from."""
    for event in linked:
        actions.note_problem(
            incident_id=event.data["incident"], problem_id=event.subject_id, actor=_actor(event)
        )


@on("problem.incident_unlinked", moment=Moment.INSIDE)
def give_problem_up(unlinked: list[Event]) -> None:
    """The incident comes from something else."""
    for event in unlinked:
        actions.forget_problem(
            incident_id=event.data["incident"], problem_id=event.subject_id, actor=_actor(event)
        )


@on("problem.workaround_published", moment=Moment.INSIDE)
def take_workaround(published: list[Event]) -> None:
    """Open incidents get what helps, and what waited for it goes on."""
    for event in published:
        problem = Ticket.objects.select_related("problem_record").get(pk=event.subject_id)
        actions.take_workaround(
            problem=problem,
            workaround=problem.problem_record.workaround,
            advice=problem.problem_record.caller_advice,
            actor=_actor(event),
        )


@on("problem.resolved", moment=Moment.INSIDE)
def resolve_with_problem(resolved: list[Event]) -> None:
    """What waited for the fix is over."""
    for event in resolved:
        problem = Ticket.objects.select_related("problem_record").get(pk=event.subject_id)
        notes = problem.problem_record.fix_notes
        actions.resolve_with_problem(problem=problem, notes=notes, actor=_actor(event))


@on("problem.risk_accepted", "problem.canceled", moment=Moment.INSIDE)
def go_on_without_fix(ended: list[Event]) -> None:
    """Nobody will fix it: what waited for that has to go on without."""
    words = {
        "problem.risk_accepted": _("%(number)s will not be fixed: its risk is accepted."),
        "problem.canceled": _("%(number)s was found to be no problem."),
    }
    for event in ended:
        problem = Ticket.objects.get(pk=event.subject_id)
        actions.go_on_without(
            ticket=problem,
            reason=OnHoldReason.AWAITING_PROBLEM,
            why=words[event.name] % {"number": problem.number},
            actor=_actor(event),
        )


@on("change.closed", "change.canceled", moment=Moment.INSIDE)
def go_on_after_change(ended: list[Event]) -> None:
    """The change that was waited for is over, however it went."""
    for event in ended:
        change = Ticket.objects.get(pk=event.subject_id)
        actions.go_on_without(
            ticket=change,
            reason=OnHoldReason.AWAITING_CHANGE,
            why=_("%(number)s is over.") % {"number": change.number},
            actor=_actor(event),
        )


@on("problem.workaround_tried", moment=Moment.INSIDE)
def note_workaround(tried: list[Event]) -> None:
    """A workaround that helped was used."""
    for event in tried:
        if event.data["worked"] and event.data["incident"]:
            actions.note_workaround_used(incident_id=event.data["incident"], actor=_actor(event))


@on("pipeline.failed", moment=Moment.INSIDE)
def open_for_failures(failed: list[Event]) -> None:
    """What fails in a pipeline is an incident, where its rules say so."""
    for event in failed:
        told = event.data
        lines = [told[name] for name in ("url", "revision", "change") if told[name]]
        actions.open_for_pipeline(
            pipeline_id=event.subject_id,
            pipeline=told["pipeline"],
            what=told["what"],
            service_id=told["service_id"],
            description="\n".join(lines),
            actor=_actor(event),
        )


@outsiders.add("outage")
def hear_of_outage(event: Event, ticket: Ticket) -> list[tuple[int | None, Why]]:
    """Those an outage hits, and once everybody was told of it those who follow the service."""
    if ticket.kind != "incident":
        return []
    hit, following = people_of_outage(ticket)
    return [*((pk, Why.HIT) for pk in hit), *((pk, Why.FOLLOWER) for pk in following)]


@on("run.verified", moment=Moment.AFTER)
def resolve_healed(event: Event) -> None:
    """What was seen to be healed is over."""
    if (run := run_of(event.subject_id)) is not None and run.origin == run.Origin.HEALING:
        healing.heal(run=run)


@on("run.finished", moment=Moment.AFTER)
def resolve_after_run(event: Event) -> None:
    """Alerts may have cleared while a run was at work."""
    if (run := run_of(event.subject_id)) is not None and run.state != "verified":
        healing.look_whether_clear(run=run)


@on("breaker.opened", moment=Moment.AFTER)
def open_for_breaker(event: Event) -> None:
    """What a runbook can no longer heal is for people."""
    run, breaker = run_of(event.data["run"]), breaker_of(event.subject_id)
    if run is not None and breaker is not None:
        healing.open_for_breaker(breaker=breaker, run=run)
