"""How articles react to approvals, to changes and problems that end, and to services that go."""

from itsm.approvals.models import Approval
from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.inventory.models import Standing
from itsm.people.models import User
from itsm.people.selectors import system_user
from knowledge import actions, selectors
from knowledge.models import ArticleReview, Stale

WORDS = {"approval.granted": "granted", "approval.denied": "denied", "approval.expired": "expired"}


@on(*WORDS, moment=Moment.INSIDE)
def go_on(decided: list[Event]) -> None:
    """Take what came of asking whether it is published, or retired."""
    reviews = {
        each.pk: each
        for each in ArticleReview.objects.filter(
            pk__in=[each.data["ticket"] for each in decided]
        ).select_related("article", "article_version")
    }
    for event in decided:
        review = reviews.get(event.data["ticket"])
        if review is not None:
            actor = event.actor if isinstance(event.actor, User) else system_user()
            actions.heard(
                review=review,
                word=WORDS[event.name],
                why=_why(event.data["approval"]),
                actor=actor,
            )


def _why(approval: int) -> str:
    """What those who were asked said."""
    found = Approval.objects.filter(pk=approval).prefetch_related("stages__votes__cast_by")
    return "\n".join(
        f"{vote.cast_by}: {vote.comment}"
        for each in found
        for stage in each.stages.all()
        for vote in stage.votes.all()
        if vote.comment
    )[:5000]


@on("change.closed", moment=Moment.AFTER)
def look_after_change(event: Event) -> None:
    """What an article tells of a change may be true no more once the change is closed."""
    for version in selectors.live_about([event.subject_id]):
        actions.question_it(version=version, because=Stale.CHANGE)


@on("problem.resolved", moment=Moment.AFTER)
def look_after_fix(event: Event) -> None:
    """A known error that was fixed needs no workaround."""
    for version in selectors.live_about([event.subject_id]):
        actions.question_it(version=version, because=Stale.FIXED)


@on("service.changed", moment=Moment.AFTER)
def look_after_service(event: Event) -> None:
    """What there is to know of a service ends with it."""
    if event.data.get("changes", {}).get("status", ["", ""])[1] == Standing.RETIRED:
        for version in selectors.live_of_service(event.subject_id):
            actions.question_it(version=version, because=Stale.SERVICE)
