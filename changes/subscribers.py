"""How changes react to the rest of the house, inside the transaction of what they react to."""

from changes import actions
from changes.models import Change
from changes.workflow import MATERIAL
from itsm.approvals.actions import void
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
        if change.state in ("assess", "authorize"):
            actions.revise(change, actor=_actor(event))


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


@on("change.revised", "change.canceled", "change.lapsed", "change.paused", moment=Moment.INSIDE)
def ask_no_more(ended: list[Event]) -> None:
    """What is planned anew, given up or held needs nobody's word now."""
    for event in ended:
        change = Change.objects.get(pk=event.subject_id)
        void(ticket=change, actor=_actor(event))


@on("change.released", moment=Moment.INSIDE)
def ask_again(released: list[Event]) -> None:
    """Ask again for what was waited for when the change was put on hold."""
    ask_for_leave(released)


PURPOSES = {"assess": "assess", "authorize": "authorize"}


def _changes_of(events: list[Event]) -> list[tuple[Event, Change]]:
    wanted = [each.data["ticket"] for each in events]
    found = {each.pk: each for each in Change.objects.filter(pk__in=wanted)}
    return [(each, found[each.data["ticket"]]) for each in events if each.data["ticket"] in found]


def _actor(event: Event) -> User:
    return event.actor if isinstance(event.actor, User) else system_user()
