"""How changes react to the rest of the house, inside the transaction of what they react to."""

from django.utils import timezone
from django.utils.translation import gettext as _

from changes import actions, gatekeeping
from changes.actions import meetings
from changes.actions.healing import begin_for_run, end_for_run
from changes.models import AgendaItem, Change, ChangeType
from changes.suspects import suspecting
from changes.telling import send_answer
from changes.workflow import MATERIAL, TIME
from itsm.approvals.actions import void
from itsm.automation.selectors.runs import run_of
from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.people.models import User
from itsm.people.selectors import system_user


@on("change.edited", moment=Moment.INSIDE)
def judge_anew(edited: list[Event]) -> None:
    """Compute the risk again; what was being decided about the former plan is decided anew."""
    for event in edited:
        change = Change.objects.select_related("service").get(pk=event.subject_id)
        altered = {name.removesuffix("_id") for name in event.data["diff"]}
        if not altered & MATERIAL:
            continue
        Change.objects.filter(pk=change.pk).update(edited_by=event.actor)
        actions.assess(change=change)
        actions.revoke(change=change, actor=_actor(event), why="edited")
        if change.state in PURPOSES or _is_other_than_granted(change, altered):
            actions.revise(change, actor=_actor(event))


def _is_other_than_granted(change: Change, altered: set[str]) -> bool:
    """Whether leave was given for another time than the change is planned for now."""
    is_judged = change.type != ChangeType.STANDARD
    return change.state == "scheduled" and is_judged and bool(altered & TIME)


@on("change.submitted", moment=Moment.INSIDE)
def ask_for_leave(submitted: list[Event]) -> None:
    """Ask a peer about the plan of a normal change, the emergency board about an emergency."""
    for event in submitted:
        change = Change.objects.select_related("service", "team").get(pk=event.subject_id)
        if change.state in PURPOSES:
            actions.ask_for_leave(
                change=change, purpose=PURPOSES[change.state], actor=_actor(event)
            )


@on("change.endorsed", moment=Moment.INSIDE)
def ask_to_authorize(endorsed: list[Event]) -> None:
    """After the peer, ask whoever must answer for it."""
    ask_for_leave(endorsed)


@on("approval.granted", moment=Moment.INSIDE)
def go_on(granted: list[Event]) -> None:
    """Take the change to where the leave leads."""
    for event, change in _changes_of(granted):
        if event.data["purpose"] == "assess" and change.state == "assess":
            actions.endorse(change, actor=system_user())
        elif event.data["purpose"] == "authorize" and change.state == "authorize":
            actions.authorize(change, actor=system_user())


@on("approval.denied", "approval.expired", moment=Moment.INSIDE)
def go_back(denied: list[Event]) -> None:
    """Send the change back to whoever planned it."""
    for event, change in _changes_of(denied):
        if change.state in PURPOSES and event.data["purpose"] == PURPOSES[change.state]:
            actions.reject(change, actor=system_user())


@on(
    *("change.revised", "change.canceled", "change.lapsed", "change.paused", "change.bypassed"),
    moment=Moment.INSIDE,
)
def ask_no_more(ended: list[Event]) -> None:
    """What is planned anew, given up or held needs nobody's word now."""
    for event in ended:
        change = Change.objects.get(pk=event.subject_id)
        void(ticket=change, actor=_actor(event))
        actions.revoke(change=change, actor=_actor(event), why=event.name.partition(".")[2])


@on("change.transition_refused", moment=Moment.INSIDE)
def keep_what_the_gate_said(refused: list[Event]) -> None:
    """A refused start undoes what was kept of it, so it is decided and kept here."""
    for event in refused:
        if event.data["verb"] == "start" and isinstance(event.actor, User):
            change = Change.objects.get(pk=event.subject_id)
            actions.keep_refusal(change=change, actor=event.actor)


@on("change.released", moment=Moment.INSIDE)
def ask_again(released: list[Event]) -> None:
    """Ask again for what was waited for when the change was put on hold."""
    ask_for_leave(released)


@on(
    *("change.submitted", "change.endorsed", "change.authorized", "change.released"),
    *("change.evidence_added", "change.edited", "change.lapsed"),
    moment=Moment.AFTER,
    coalesces=True,
)
def ask_the_gate_again(event: Event) -> None:
    """Whoever waits for the gate hears soon of what may have changed its mind."""
    change = Change.objects.filter(pk=event.subject_id).first()
    if change is not None:
        actions.decide_calls(change=change, now=timezone.now())


@on("change.rejected", "change.canceled", moment=Moment.INSIDE)
def let_nobody_wait(ended: list[Event]) -> None:
    """A pipeline whose change was refused or given up must not go on."""
    for event in ended:
        change = Change.objects.get(pk=event.subject_id)
        why = event.data["given"].get("reason") or _("Somebody asked said no.")
        actions.refuse_calls(change=change, why=str(why))


@on("change.gate_asked", moment=Moment.AFTER)
def fetch_the_plan(event: Event) -> None:
    """Read what the pipeline would do, where that stands somewhere else."""
    actions.read_plan(call_id=event.data["call"], now=timezone.now())


@on("change.gate_answered", moment=Moment.AFTER)
def send_the_verdict(event: Event) -> None:
    """Tell the pipeline that waits what the gate said."""
    actions.send_verdict(call_id=event.data["call"])


@on("change.started", "change.edited", moment=Moment.INSIDE)
def hold_alerts_back(begun: list[Event]) -> None:
    """While a change is made, the alerts it has declared open no incident."""
    for event in begun:
        change = Change.objects.select_related("service").get(pk=event.subject_id)
        if change.state == "implement":
            actions.hold_alerts_back(change=change, actor=_actor(event))


@on("change.completed", "change.canceled", moment=Moment.INSIDE)
def let_alerts_through(ended: list[Event]) -> None:
    """From now on alerts are told again, and those that still fire are told at once."""
    for event in ended:
        change = Change.objects.get(pk=event.subject_id)
        actions.let_alerts_through(change=change, actor=_actor(event))


@on(
    *("incident.opened", "incident.edited"),
    moment=Moment.AFTER,
    columns=("service_id", "configuration_items", "impact_started_at"),
    coalesces=True,
)
def look_for_causes(event: Event) -> None:
    """Find the changes that may have caused an incident, and again when its place is mended."""
    actions.find_causes(incident_id=event.subject_id, actor=system_user())


@on("change.completed", moment=Moment.AFTER)
def look_again(event: Event) -> None:
    """How a change went speaks for or against it where it is suspected."""
    for incident_id in suspecting(event.subject_id):
        actions.find_causes(incident_id=incident_id, actor=system_user())


@on("change.completed", "change.closed", "change.cause_confirmed", moment=Moment.INSIDE)
def weigh_template(ended: list[Event]) -> None:
    """What a change came to speaks for or against the template it was made from."""
    wanted = Change.objects.select_related("template_version")
    for event in ended:
        change = wanted.get(pk=event.subject_id)
        actions.weigh_template(change=change, actor=_actor(event))


@on("change.closed", "change.cause_confirmed", "change.cause_rejected", moment=Moment.AFTER)
def learn(event: Event) -> None:
    """What is like it becomes more or less risky."""
    actions.assess_like(Change.objects.get(pk=event.subject_id))


@on("approval.granted", "approval.denied", "approval.expired", moment=Moment.AFTER)
def answer_after_a_word(event: Event) -> None:
    """Somebody has given or refused leave: look again at who waits at the gate for it."""
    _answer_about(event.data["ticket"])


@on(
    "change.authorized",
    "change.rejected",
    "change.revised",
    "change.released",
    "change.canceled",
    moment=Moment.AFTER,
)
def answer_after_a_move(event: Event) -> None:
    """The change has come nearer to its start, or will not come there: look who waits for it."""
    _answer_about(event.subject_id)


def _answer_about(change: int) -> None:
    for wait in gatekeeping.open_waits_of([change]):
        actions.settle(wait=wait)


@on("gate.answered", moment=Moment.AFTER)
def tell_the_pipeline(event: Event) -> None:
    """Send the answer to the address it was asked for; an error is tried again later."""
    wait = gatekeeping.untold(event.subject_id)
    if wait is not None:
        send_answer(wait)
        actions.note_told(wait=wait)


@on("approval.requested", moment=Moment.INSIDE)
def put_on_agendas(requested: list[Event]) -> None:
    """Put what a board meets about on the agenda of its next meeting."""
    for event, change in _changes_of(requested):
        if event.data["purpose"] == PURPOSES["authorize"]:
            meetings.table(change=change, actor=_actor(event))


# What an agenda says once it is decided; nothing where nobody is asked any more.
ON_AGENDA = {
    "approval.granted": AgendaItem.State.APPROVED.value,
    "approval.denied": AgendaItem.State.REJECTED.value,
    "approval.voided": "",
    "approval.expired": "",
}


@on(*ON_AGENDA, moment=Moment.INSIDE)
def tell_meetings(decided: list[Event]) -> None:
    """Tell agendas what came of it, also when it was decided without a meeting."""
    for event, change in _changes_of(decided):
        if event.data["purpose"] == PURPOSES["authorize"]:
            meetings.settle(change=change, state=ON_AGENDA[event.name])


@on("run.started", moment=Moment.INSIDE)
def begin_change_of_run(started: list[Event]) -> None:
    """What a runbook alters is altered by a change."""
    for event in started:
        run = run_of(event.subject_id)
        if run is not None and run.runbook.is_mutating:
            begin_for_run(run=run)


@on("run.verified", "run.failed", "run.reverted", "run.aborted", moment=Moment.AFTER)
def end_change_of_run(event: Event) -> None:
    """The change of a run is over with it."""
    if (run := run_of(event.subject_id)) is not None:
        end_for_run(run=run)


PURPOSES = {"assess": "assess", "authorize": "authorize"}


def _changes_of(events: list[Event]) -> list[tuple[Event, Change]]:
    wanted = [each.data["ticket"] for each in events]
    found = {each.pk: each for each in Change.objects.filter(pk__in=wanted)}
    return [(each, found[each.data["ticket"]]) for each in events if each.data["ticket"] in found]


def _actor(event: Event) -> User:
    return event.actor if isinstance(event.actor, User) else system_user()
