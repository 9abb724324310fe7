"""The states of articles against the table of the process, move by move."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from itsm.approvals.actions import expire, vote
from itsm.approvals.models import Approval, Rule
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.models import Ticket
from knowledge import actions, chores
from knowledge.models import ArticleReview, Stale, State, Version
from tests.factories_of_articles import VersionFactory

pytestmark = pytest.mark.django_db

GIVEN = {
    "kind": "troubleshooting",
    "title": "VPN asks for the password again",
    "summary": "What to do when the VPN does not keep you signed in.",
    "body": "## Fix\n\nClear the cached ticket.",
    "audience": "public",
}
# Which states each verb takes a version from, and where it leads.
TABLE: dict[str, dict[State, State | None]] = {
    "submit": {State.DRAFT: State.REVIEW},
    "publish": {State.DRAFT: State.PUBLISHED},
    "withdraw": {
        State.REVIEW: State.DRAFT,
        State.SCHEDULED: State.DRAFT,
        State.PENDING_RETIREMENT: State.PUBLISHED,
    },
    "discard": {State.DRAFT: None},
    "confirm": {State.PUBLISHED: State.PUBLISHED, State.NEEDS_REVIEW: State.PUBLISHED},
    "retire": {
        State.PUBLISHED: State.PENDING_RETIREMENT,
        State.NEEDS_REVIEW: State.PENDING_RETIREMENT,
    },
}
MOVES = [(verb, state) for verb in TABLE for state in State]


def pending() -> Approval:
    return Approval.objects.get(state="requested")


def state_of(version: Version) -> str:
    return Version.objects.get(pk=version.pk).state


def published(alice: User, bob: User, **more: Any) -> Version:
    version = actions.write_article(given=GIVEN | more, actor=alice)
    actions.submit(version=version, actor=alice)
    vote(approval=pending(), actor=bob, word="approved")
    return version


@pytest.mark.parametrize(("verb", "state"), MOVES, ids=str)
def test_a_move_leads_where_the_table_says_or_is_refused(
    verb: str, state: State, alice: User
) -> None:
    version = VersionFactory(state=state)
    given = {"reason": "It is wrong."} if verb == "retire" else {}
    target: Any = TABLE[verb].get(state, "refused")

    try:
        actions.PERFORM[verb](version=version, actor=alice, **given)
        came_to: Any = getattr(Version.objects.filter(pk=version.pk).first(), "state", None)
    except Refused:
        came_to = "refused"

    assert came_to == target
    refusals = Event.objects.filter(name="article.transition_refused").count()
    assert refusals == (target == "refused")


def test_what_everybody_reads_is_published_by_the_word_of_another(alice: User, bob: User) -> None:
    version = actions.write_article(given=GIVEN, actor=alice)
    actions.submit(version=version, actor=alice)

    with pytest.raises(NotAllowed):
        vote(approval=pending(), actor=alice, word="approved")
    assert state_of(version) == State.REVIEW

    vote(approval=pending(), actor=bob, word="approved")
    version.refresh_from_db()
    assert version.state == State.PUBLISHED
    assert version.review_due_at is not None
    assert (version.review_due_at - timezone.now()).days in (179, 180)
    assert ArticleReview.objects.get().outcome == "agreed"
    assert Ticket.objects.get(kind="article_review").state == "done"


def test_no_rule_publishes_for_everybody_without_a_word(alice: User, bob: User) -> None:
    Rule.objects.create(
        kind="article_review", purpose="publish", name="All is well", outcome="approve"
    )
    public = actions.write_article(given=GIVEN, actor=alice)
    inside = actions.write_article(given=GIVEN | {"audience": "staff"}, actor=alice)

    actions.submit(version=public, actor=alice)
    actions.submit(version=inside, actor=alice)

    assert (state_of(public), state_of(inside)) == (State.REVIEW, State.PUBLISHED)


def test_an_owner_publishes_for_staff_alone_and_others_ask(
    alice: User, bob: User, erin: User
) -> None:
    given = GIVEN | {"audience": "staff", "owner_team": "platform"}
    by_owner = actions.write_article(given=given, actor=alice)
    by_other = actions.write_article(given=given, actor=erin)

    actions.publish(version=by_owner, actor=alice)
    with pytest.raises(NotAllowed):
        actions.publish(version=by_other, actor=erin)
    actions.submit(version=by_other, actor=erin)

    assert (state_of(by_owner), state_of(by_other)) == (State.PUBLISHED, State.REVIEW)
    with pytest.raises(Refused):
        actions.publish(version=actions.write_article(given=GIVEN, actor=alice), actor=alice)


def test_a_rejected_or_forgotten_review_goes_back_to_the_writer(alice: User, bob: User) -> None:
    version = actions.write_article(given=GIVEN, actor=alice)
    actions.submit(version=version, actor=alice)
    vote(approval=pending(), actor=bob, word="rejected", comment="Say which client.")
    assert state_of(version) == State.DRAFT
    assert ArticleReview.objects.get().words == "Bob: Say which client."

    actions.submit(version=Version.objects.get(), actor=alice)
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        expire(approval=pending())
    assert state_of(version) == State.DRAFT


def test_a_new_version_outdates_the_old_one_and_the_database_allows_no_second(
    alice: User, bob: User
) -> None:
    first = published(alice, bob)
    second = actions.save_article(
        article=first.article, language="en", given={"body": "Better."}, actor=alice
    )
    assert (second.number, second.title, state_of(first)) == (2, GIVEN["title"], "published")

    actions.submit(version=second, actor=alice)
    vote(approval=pending(), actor=bob, word="approved")

    assert (state_of(first), state_of(second)) == (State.OUTDATED, State.PUBLISHED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=first.pk).update(state=State.PUBLISHED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=second.pk).update(body="Changed behind all backs.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=second.pk).delete()


def test_translations_live_and_end_by_themselves(alice: User, bob: User) -> None:
    english = published(alice, bob)
    german = actions.save_article(
        article=english.article,
        language="de",
        given=GIVEN | {"title": "VPN fragt wieder nach dem Kennwort"},
        actor=alice,
    )
    actions.submit(version=german, actor=alice)
    vote(approval=pending(), actor=bob, word="approved")

    actions.retire(version=english, actor=alice, reason="Nobody reads English here.")
    assert state_of(english) == State.PENDING_RETIREMENT
    vote(approval=pending(), actor=bob, word="approved")

    assert (state_of(english), state_of(german)) == (State.RETIRED, State.PUBLISHED)


def test_what_is_not_retired_stays_as_it_was(alice: User, bob: User) -> None:
    version = published(alice, bob)
    actions.question_it(version=version, because=Stale.DUE)
    version.refresh_from_db()
    actions.retire(version=version, actor=alice, reason="Old.")

    vote(approval=pending(), actor=bob, word="rejected", comment="It is the only one.")

    assert state_of(version) == State.NEEDS_REVIEW


def test_it_is_published_when_its_time_has_come_and_ends_when_it_is_over(
    alice: User, bob: User
) -> None:
    start = timezone.now() + timedelta(days=2)
    given = GIVEN | {"valid_to": (start + timedelta(days=30)).isoformat()}
    version = actions.write_article(given=given, actor=alice)
    actions.submit(version=version, actor=alice, publish_at=start)
    vote(approval=pending(), actor=bob, word="approved")
    chores.publish_what_is_due()
    assert state_of(version) == State.SCHEDULED

    with time_machine.travel(start + timedelta(minutes=1)):
        chores.publish_what_is_due()
        chores.outdate_what_is_over()
        assert state_of(version) == State.PUBLISHED
    with time_machine.travel(start + timedelta(days=31)):
        chores.outdate_what_is_over()
        assert state_of(version) == State.OUTDATED


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"body": "The password: hunter2!x"}, "body"),
        ({"summary": ""}, "summary"),
        ({"valid_to": "2020-01-01T00:00:00Z"}, "valid_to"),
    ],
)
def test_what_everybody_would_read_is_whole_and_holds_no_secret(
    wrong: dict[str, str], field: str, alice: User
) -> None:
    version = actions.write_article(given=GIVEN | wrong, actor=alice)

    with pytest.raises(Invalid) as refusal:
        actions.submit(version=version, actor=alice)

    assert refusal.value.field == field
    assert state_of(version) == State.DRAFT


def test_two_writers_do_not_write_over_each_other(alice: User, bob: User) -> None:
    draft = actions.write_article(given=GIVEN, actor=alice)
    seen = actions.stamp_of(draft)
    actions.save_article(
        article=draft.article, language="en", given={"body": "Bob's"}, actor=bob, seen=seen
    )

    with pytest.raises(Refused):
        actions.save_article(
            article=draft.article, language="en", given={"body": "Mine"}, actor=alice, seen=seen
        )

    kept = Version.objects.get()
    assert kept.body == "Bob's"
    assert set(kept.writers) == {alice.pk, bob.pk}


def test_end_users_neither_write_nor_read_what_is_for_staff(
    charlie: User, alice: User, client: Client
) -> None:
    version = VersionFactory(state="published")
    draft = VersionFactory(state="draft", audience="public")

    with pytest.raises(NotAllowed):
        actions.write_article(given=GIVEN, actor=charlie)
    client.force_login(charlie)
    for each in (version, draft):
        assert client.get(f"/portal/knowledge/{each.article.number}/").status_code == 404
        assert client.get(f"/api/v1/articles/{each.article.number}/").status_code == 404
