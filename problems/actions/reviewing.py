"""What is learned from a problem, and what is done so that it does not come back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, Refused
from itsm.people.models import User
from problems.actions.holding import hold
from problems.models import OPEN_ACTIONS, ActionKind, ActionState, Problem, Review, ReviewAction

MOST_ACTIONS = 50
BY_PEOPLE = (
    ActionState.OPEN,
    ActionState.IN_PROGRESS,
    ActionState.DONE,
    ActionState.WONT_DO,
)
# Only time tells these.
BY_TIME = (ActionState.VERIFIED, ActionState.INEFFECTIVE)


@transaction.atomic
def write_review(*, problem: Problem, actor: User, words: Mapping[str, Any]) -> Review:
    """Keep what is said of a problem afterwards."""
    held = hold(problem, actor)
    if (day := words.get("held_on")) is not None and day > timezone.localdate():
        raise Invalid(_("It cannot have been held on a day to come."), field="held_on")
    told = {**words, "written_by": actor, "written_at": timezone.now()}
    review, _is_new = Review.objects.update_or_create(problem=held, defaults=told)
    data = {"is_held": review.held_on is not None}
    events.publish("problem.reviewed", held, actor=actor, data=data)
    return review


@transaction.atomic
def add_action(
    *,
    problem: Problem,
    actor: User,
    title: str,
    kind: str = ActionKind.PREVENT,
    owner: User | None = None,
    due_on: date | None = None,
) -> ReviewAction:
    """Write down something that is to be done so that it does not come back."""
    held = hold(problem, actor)
    if held.review_actions.count() >= MOST_ACTIONS:
        raise Refused(_("A review has at most %(most)d actions.") % {"most": MOST_ACTIONS})
    made = ReviewAction.objects.create(
        problem=held, title=title.strip()[:250], kind=kind, owner=owner, due_on=due_on
    )
    data = {"action": made.pk, "title": made.title, "users": [owner.pk] if owner else []}
    events.publish("problem.action_added", held, actor=actor, data=data)
    return made


@transaction.atomic
def move_action(*, action: ReviewAction, actor: User, state: str, reason: str = "") -> ReviewAction:
    """Say how far an action is; whether it was effective, time tells."""
    held = hold(action.problem, actor)
    if state not in BY_PEOPLE:
        raise Invalid(
            _("Choose one of %(known)s.") % {"known": ", ".join(BY_PEOPLE)}, field="state"
        )
    if state == ActionState.WONT_DO and not reason.strip():
        raise Invalid(_("Say why it will not be done."), field="reason")
    now = ReviewAction.objects.select_for_update().get(pk=action.pk)
    if now.state == ActionState.VERIFIED:
        raise Refused(_("It has been verified."))
    return _move(held, now, state, actor=actor, reason=reason.strip()[:500])


@transaction.atomic
def judge_actions(*, problem: Problem, came_back: bool, actor: User) -> None:
    """Time has told: what was done was of no use, or it stayed away."""
    held = problem.lock()
    done = (ActionState.DONE, ActionState.VERIFIED) if came_back else (ActionState.DONE,)
    word = ActionState.INEFFECTIVE if came_back else ActionState.VERIFIED
    found = held.review_actions.filter(state__in=done)
    if came_back:  # what detects or eases it sooner does not keep it away
        found = found.filter(kind=ActionKind.PREVENT)
    for each in found.select_for_update().order_by("pk"):
        _move(held, each, word, actor=actor)


def _move(
    problem: Problem, action: ReviewAction, state: str, *, actor: User, reason: str = ""
) -> ReviewAction:
    if (action.state, action.reason) == (state, reason or action.reason):
        return action
    before = action.state
    action.state, action.reason = state, reason or action.reason
    action.closed_at = None if state in OPEN_ACTIONS else timezone.now()
    action.save(update_fields=["state", "reason", "closed_at"])
    data = {
        "action": action.pk,
        "title": action.title,
        "kind": action.kind,
        "from": before,
        "to": state,
    }
    events.publish("problem.action_moved", problem, actor=actor, data=data)
    return action
