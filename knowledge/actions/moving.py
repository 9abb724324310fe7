"""The roads of a version: to review and back, to its readers, and out of their sight."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.approvals.actions import Question, ask, void, vote
from itsm.approvals.models import Approval
from itsm.approvals.selectors import votes_open_to
from itsm.approvals.tables import tables
from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import Membership, User
from itsm.people.selectors import system_user
from itsm.tickets import likeness
from knowledge import selectors
from knowledge.actions.reviews import open_work, settle
from knowledge.actions.writing import check_may_write, locked, told_of
from knowledge.exposures import secret_in
from knowledge.models import LIVE, OPEN_REVIEWS, ArticleReview, Outcome, Sort, Stale, State, Version
from knowledge.workflow import MOVES

PUBLISH, RETIRE = "publish", "retire"
tables.add(PUBLISH)(_l("Article: publishing it"))
tables.add(RETIRE)(_l("Article: retiring it"))
REVIEWED_AFTER = timedelta(days=180)
JUDGED = (Sort.PUBLICATION, Sort.RETIREMENT)
Body = Callable[..., Version]


def move(verb: str) -> Callable[[Body], Body]:
    """Make a function a move of the table: who may, and from where, is judged here once."""

    def declare(body: Body) -> Body:
        @wraps(body)
        def perform(*, version: Version, actor: User, **given: Any) -> Version:
            try:
                with transaction.atomic():
                    held = _held(version)
                    _check(verb, held, actor)
                    return body(version=held, actor=actor, **given)
            except Refused as refusal:
                if type(refusal) is Refused:
                    _log_refusal(verb, version, actor, refusal)
                raise

        return perform

    return declare


def _held(version: Version) -> Version:
    """The version, held with its article; the ticket on which it is judged comes first."""
    review = selectors.open_review(version.article, *JUDGED)
    if review is not None:
        review.lock()
    article = locked(version.article)
    held: Version = Version.objects.defer("head", "search").get(pk=version.pk)
    held.article = article
    return held


def _check(verb: str, version: Version, actor: User) -> None:
    check_may_write(actor)
    asked = MOVES[verb]
    if asked.of_owner and not selectors.is_of_owner(actor, version.article):
        raise NotAllowed(_("Only those who own the article may do this."))
    if version.state not in asked.sources:
        raise Refused(
            _("Version %(version)d of %(number)s is “%(state)s”; it cannot %(verb)s now.")
            % {
                "version": version.number,
                "number": version.article.number,
                "state": version.get_state_display(),
                "verb": verb,
            }
        )


def _log_refusal(verb: str, version: Version, actor: User, refusal: Refused) -> None:
    with transaction.atomic():
        data = told_of(version) | {"verb": verb, "state": version.state, "why": str(refusal)}
        events.publish("article.transition_refused", version.article, actor=actor, data=data)


@move("submit")
def submit(*, version: Version, actor: User, publish_at: datetime | None = None) -> Version:
    """Ask for leave to publish a draft, at once or at a later time."""
    return _submit(version, actor, publish_at)


@move("publish")
def publish(*, version: Version, actor: User) -> Version:
    """Publish a draft for staff by the word of one who owns it, the writer's own included."""
    if version.is_public:
        raise Refused(_("What everybody reads is published when somebody else has judged it."))
    asked = _submit(version, actor, None)
    review = selectors.open_review(version.article, Sort.PUBLICATION)
    seats = votes_open_to(actor).filter(stage__approval__ticket=review.pk) if review else None
    if seats and (seat := seats.select_related("stage__approval").first()):
        vote(approval=seat.stage.approval, actor=actor, word="approved")
    asked.refresh_from_db()
    return asked


def _submit(version: Version, actor: User, publish_at: datetime | None) -> Version:
    _check_whole(version, publish_at)
    now_live = selectors.live(version.article, version.language)
    if now_live is not None and now_live.state == State.PENDING_RETIREMENT:
        raise Refused(_("Somebody asked to retire it; that has to be decided first."))
    version.publish_at = publish_at
    _set(version, State.REVIEW, "publish_at")
    data = told_of(version) | {"publish_at": publish_at.isoformat() if publish_at else ""}
    events.publish("article.submitted", version.article, actor=actor, data=data)
    words = version.note or version.summary
    review = open_work(version=version, sort=Sort.PUBLICATION, words=words, actor=actor)
    barred = version.writers if version.is_public else ()
    _ask(review, PUBLISH, version, actor, barred=barred)
    version.refresh_from_db()
    return version


def _check_whole(version: Version, publish_at: datetime | None) -> None:
    if not version.body.strip():
        raise Invalid(_("There is nothing in it yet."), field="body")
    if version.is_public and not version.summary.strip():
        raise Invalid(_("Say in one sentence what readers get from it."), field="summary")
    now = timezone.now()
    if publish_at is not None and publish_at <= now:
        raise Invalid(_("Choose a time to come."), field="publish_at")
    if version.valid_to is not None and version.valid_to <= (publish_at or now):
        raise Invalid(_("It would be out of date before anybody reads it."), field="valid_to")
    if version.is_public and (line := secret_in(f"{version.summary}\n{version.body}")):
        raise Invalid(
            _("This looks like a secret, which everybody would read: %(line)s")
            % {"line": f"{line[:40]}…"},
            field="body",
        )


def _ask(
    review: ArticleReview, purpose: str, version: Version, actor: User, *, barred: Any
) -> Approval:
    article = version.article
    snapshot = {
        "article": article.number,
        "kind": article.kind,
        "language": version.language,
        "audience": version.audience,
        "service": article.service.name if article.service else "",
        "team": article.owner_team.slug,
        "version": version.number,
        "article_title": version.title,
        "article_summary": version.summary,
        "article_text": version.body,
        "reason": review.description,
    }
    team = {"name": article.owner_team.name, "team": article.owner_team.slug}
    others = Membership.objects.filter(team=article.owner_team_id, user__is_active=True)
    can_judge = others.exclude(user__in=list(barred)).exists()
    question = Question(
        ticket=review,
        purpose=purpose,
        snapshot=snapshot,
        barred=barred,
        stages=[team] if can_judge else [],
        by_people_only=version.is_public,
    )
    return ask(question=question, actor=actor)


@move("withdraw")
def withdraw(*, version: Version, actor: User) -> Version:
    """Take back what was asked for, or what was to be published later."""
    before = version.state
    review = selectors.open_review(version.article, *JUDGED)
    if review is not None and review.article_version_id == version.pk:
        void(ticket=review, actor=actor)
        settle(review, actor=actor, outcome=Outcome.WITHDRAWN)
    target = _live_again(version) if before == State.PENDING_RETIREMENT else State.DRAFT
    version.publish_at = None
    _set(version, target, "publish_at")
    data = told_of(version) | {"from": before, "to": target}
    events.publish("article.recalled", version.article, actor=actor, data=data)
    return version


@move("discard")
def discard(*, version: Version, actor: User) -> Version:
    """Throw a draft away, and the article with it when it never was anything else."""
    article = version.article
    events.publish("article.discarded", article, actor=actor, data=told_of(version))
    if article.versions.exclude(pk=version.pk).exists():
        Version.objects.filter(pk=version.pk).delete()
    else:
        article.delete()
    return version


@move("confirm")
def confirm(*, version: Version, actor: User) -> Version:
    """Say that it still holds: it is looked at again in half a year."""
    version.stale_because, version.review_due_at = "", timezone.now() + REVIEWED_AFTER
    _set(version, State.PUBLISHED, "stale_because", "review_due_at")
    events.publish("article.confirmed", version.article, actor=actor, data=told_of(version))
    _end_refreshing(version, actor)
    return version


@move("retire")
def retire(*, version: Version, actor: User, reason: str) -> Version:
    """Ask to take it out of its readers' sight, in this language alone."""
    draft = selectors.in_work(version.article, version.language)
    if draft is not None and draft.state != State.DRAFT:
        raise Refused(_("Another version is being judged; that has to be decided first."))
    _set(version, State.PENDING_RETIREMENT)
    data = told_of(version) | {"reason": reason[:500]}
    events.publish("article.retirement_requested", version.article, actor=actor, data=data)
    review = open_work(version=version, sort=Sort.RETIREMENT, words=reason, actor=actor)
    _ask(review, RETIRE, version, actor, barred=[actor.pk] if version.is_public else ())
    version.refresh_from_db()
    return version


@transaction.atomic
def heard(*, review: ArticleReview, word: str, why: str, actor: User) -> None:
    """Take what came of asking; whoever publishes this holds the ticket already."""
    held = locked(review.article)
    version = Version.objects.defer("head", "search").get(pk=review.article_version_id)
    version.article = held
    is_granted = word == "granted"
    if version.state == State.REVIEW and review.sort == Sort.PUBLICATION:
        if is_granted:
            _release(version, actor)
        else:
            _set(version, State.DRAFT)
            data = told_of(version) | {"why": why[:500], "word": word}
            events.publish("article.rejected", held, actor=actor, data=data)
    elif version.state == State.PENDING_RETIREMENT and review.sort == Sort.RETIREMENT:
        _set_retired(version, actor, is_granted=is_granted, why=why)
    outcomes = {"granted": Outcome.AGREED, "denied": Outcome.REJECTED}
    settle(review, actor=actor, outcome=outcomes.get(word, Outcome.EXPIRED), words=why)


def _release(version: Version, actor: User) -> None:
    if version.publish_at is None or version.publish_at <= timezone.now():
        _put_live(version, actor)
        return
    _set(version, State.SCHEDULED)
    data = told_of(version) | {"publish_at": version.publish_at.isoformat()}
    events.publish("article.scheduled", version.article, actor=actor, data=data)


def _set_retired(version: Version, actor: User, *, is_granted: bool, why: str) -> None:
    if is_granted:
        version.ended_at = timezone.now()
        _set(version, State.RETIRED, "ended_at")
        events.publish("article.retired", version.article, actor=actor, data=told_of(version))
        _end_refreshing(version, actor)
        return
    _set(version, _live_again(version))
    data = told_of(version) | {"why": why[:500]}
    events.publish("article.retirement_rejected", version.article, actor=actor, data=data)


def _live_again(version: Version) -> State:
    return State.NEEDS_REVIEW if version.stale_because else State.PUBLISHED


@transaction.atomic
def publish_scheduled(*, version: Version) -> bool:
    """Publish what its time has come for; whether it was not done or taken back meanwhile."""
    held = _held(version)
    is_due = held.publish_at is not None and held.publish_at <= timezone.now()
    if held.state != State.SCHEDULED or not is_due:
        return False
    _put_live(held, system_user())
    return True


def _put_live(version: Version, actor: User) -> None:
    """The one way to readers: what they read until now is outdated in the same moment."""
    now = timezone.now()
    older = selectors.live(version.article, version.language)
    if older is not None:
        older.ended_at = now
        _set(older, State.OUTDATED, "ended_at")
        data = told_of(older) | {"by": version.number}
        events.publish("article.outdated", version.article, actor=actor, data=data)
    version.published_at, version.review_due_at = now, now + REVIEWED_AFTER
    _set(version, State.PUBLISHED, "published_at", "review_due_at")
    events.publish("article.published", version.article, actor=actor, data=told_of(version))
    _end_refreshing(version, actor)


@transaction.atomic
def outdate(*, version: Version) -> bool:
    """Take out of its readers' sight what is valid no more."""
    held = _held(version)
    is_over = held.valid_to is not None and held.valid_to <= timezone.now()
    if held.state not in LIVE or not is_over:
        return False
    review = selectors.open_review(held.article, Sort.RETIREMENT)
    if review is not None and review.article_version_id == held.pk:
        void(ticket=review, actor=system_user())
        settle(review, actor=system_user(), outcome=Outcome.DONE)
    held.ended_at = timezone.now()
    _set(held, State.OUTDATED, "ended_at")
    data = told_of(held) | {"valid_to": str(held.valid_to)}
    events.publish("article.outdated", held.article, actor=system_user(), data=data)
    return True


@transaction.atomic
def question_it(*, version: Version, because: Stale, actor: User | None = None) -> bool:
    """Have a published version looked at again; it stays readable, with a banner."""
    held = _held(version)
    if held.state != State.PUBLISHED:
        return False
    actor = actor or system_user()
    held.stale_because = because
    _set(held, State.NEEDS_REVIEW, "stale_because")
    data = told_of(held) | {"because": because.value}
    events.publish("article.questioned", held.article, actor=actor, data=data)
    words = str(because.label)
    open_work(version=held, sort=Sort.REFRESH, words=words, actor=system_user())
    return True


def _end_refreshing(version: Version, actor: User) -> None:
    """What was to be looked at in this language has been."""
    for review in ArticleReview.objects.filter(
        OPEN_REVIEWS,
        article=version.article_id,
        article_version__language=version.language,
        sort__in=(Sort.REFRESH, Sort.FEEDBACK),
    ).order_by("pk"):
        settle(review, actor=actor, outcome=Outcome.DONE)


def _set(version: Version, state: State, *columns: str) -> None:
    was_live, version.state = version.is_live, state
    version.save(update_fields=["state", *columns])
    if version.is_live and not was_live:
        text = f"{version.keywords}\n{version.summary}\n{version.body}"
        likeness.remember("article", [(version.pk, version.title, text)])
    elif was_live and not version.is_live:
        likeness.forget("article", [version.pk])
