"""What articles are good for: used, shown, voted on, measured; drafts from what was resolved."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from changes.actions.ending import close as close_change
from incidents.actions import open_incident, resolve
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.approvals.actions import vote
from itsm.approvals.models import Approval
from itsm.automation.actions.runbooks import add_runbook
from itsm.core.delivery import deliver_owed
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.models import Comment, Draft
from knowledge import actions, chores, measures
from knowledge.clustering import Told, clusters_of
from knowledge.drafting import Source, words_of_draft
from knowledge.models import ArticleReview, Place, Showing, Use, Version
from knowledge.subscribers import look_after_fix
from tests.factories import ChangeFactory, IncidentFactory, ServiceFactory, UserFactory
from tests.factories_of_articles import VersionFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def state_of(version: Version) -> str:
    return Version.objects.get(pk=version.pk).state


def test_a_reader_who_was_not_helped_gives_the_owners_work(
    alice: User, charlie: User, client: Client
) -> None:
    version = VersionFactory(state="published", audience="public")
    client.force_login(charlie)
    address = f"/portal/knowledge/{version.article.number}/rate/"

    client.post(address, {"helpful": "false", "comment": "Which client?"})
    client.post(address, {"helpful": "false", "comment": "Still which client?"})

    review = ArticleReview.objects.get()
    assert (review.sort, review.team, review.state) == (
        "feedback",
        version.article.owner_team,
        "new",
    )
    assert "Which client?" in review.description
    assert Comment.objects.get(ticket=review.pk).body.endswith("Still which client?")
    assert version.feedback.count() == 1


def test_few_helped_of_many_makes_it_questionable_and_fewer_votes_do_not(alice: User) -> None:
    version = VersionFactory(state="published", audience="public")
    for count in range(9):
        actions.rate_article(version=version, actor=UserFactory(), helpful=count < 5)
    assert state_of(version) == "published"

    actions.rate_article(version=version, actor=UserFactory(), helpful=False)

    found = Version.objects.get(pk=version.pk)
    assert (found.state, found.stale_because) == ("needs_review", "votes")


def test_a_closed_change_an_old_age_and_a_fixed_error_make_it_questionable(
    alice: User, dana: User
) -> None:
    told, aged = VersionFactory(state="published"), VersionFactory(state="published")
    change = ChangeFactory(at_state="review", outcome="ok", opened_by=alice)
    actions.use_article(article=told.article, ticket=change, actor=alice, sort="about")

    close_change(change, actor=dana, code="successful", notes="Well.")
    deliver_owed()
    Version.objects.filter(pk=aged.pk).update(review_due_at=NOW - timedelta(days=1))
    chores.question_what_is_old()

    assert {each.stale_because for each in Version.objects.all()} == {"change", "due"}
    assert ArticleReview.objects.filter(sort="refresh", phase="new").count() == 2
    aged.refresh_from_db()
    actions.confirm(version=aged, actor=alice)
    assert state_of(aged) == "published"
    assert ArticleReview.objects.filter(phase="new").count() == 1


def test_deflection_counts_who_was_shown_and_filed_nothing_within_a_day() -> None:
    article = VersionFactory(state="published").article
    shown_at = NOW - timedelta(days=10)
    # Hours from being shown an article to filing an incident; None files nothing.
    filed: list[float | None] = [None, None, None, 2, 23.9, 24.1, -1]
    for hours in filed:
        user = UserFactory()
        show(article, user, shown_at)
        if hours is not None:
            opened = shown_at + timedelta(hours=hours)
            IncidentFactory(caller=user, opened_by=user, opened_at=opened)
    show(article, UserFactory(), NOW - timedelta(hours=3))  # not judged yet
    show(article, UserFactory(), NOW - timedelta(days=200))  # too long ago

    found = measures.deflection(NOW - timedelta(days=90))

    assert (found.shown, found.deflected, found.percent) == (7, 5, 71.4)
    assert measures.deflection_by_article(NOW - timedelta(days=90)) == {article.pk: found}


def show(article: Any, user: User, at: Any) -> None:
    for place in Place.values:  # suggested and then read is one attempt
        Showing.objects.create(article=article, user=user, place=place, day=at.date(), shown_at=at)


def test_time_saved_compares_only_what_is_alike(alice: User) -> None:
    article = VersionFactory(state="published").article
    shop, mail = ServiceFactory(name="shop"), ServiceFactory(name="mail")
    for service, hours, is_helped in (
        (shop, 1, True), (shop, 3, True), (shop, 5, False), (shop, 9, False),
        (mail, 100, False),
    ):  # fmt: skip
        opened = NOW - timedelta(days=3)
        done = IncidentFactory(
            service=service,
            opened_at=opened,
            resolved_at=opened + timedelta(hours=hours),
            at_state="resolved",
        )
        if is_helped:
            actions.use_article(article=article, ticket=done, actor=alice)

    found = measures.saving(NOW - timedelta(days=90))

    assert (found.helped, found.others) == (2, 2)
    assert (found.with_it, found.without_it, found.saved) == (7200, 25200, 18000)


def test_the_portal_answers_while_one_types_and_that_is_kept(charlie: User, client: Client) -> None:
    version = VersionFactory(state="published", audience="public")
    client.force_login(charlie)

    for _again in range(2):
        page = client.get("/portal/suggest/?q=vpn does not connect&to=report").content.decode()
    client.get(f"/portal/knowledge/{version.article.number}/")

    assert f"/portal/knowledge/{version.article.number}/" in page
    places = Showing.objects.filter(user=charlie).order_by("place").values_list("place", flat=True)
    assert list(places) == ["read", "suggested"]


def test_an_article_goes_into_the_reply_and_counts_as_used(alice: User, client: Client) -> None:
    public = VersionFactory(state="published", audience="public")
    inside = VersionFactory(state="published", title="VPN gateway", number=1)
    incident = IncidentFactory(title="VPN does not connect", assignee=alice)
    client.force_login(alice)
    part = client.get(f"/knowledge/for/{incident.number}/", headers={"X-Live": "1"})
    assert public.article.number in part.content.decode()

    answer = client.post(f"/knowledge/{public.article.number}/insert/", {"ticket": incident.number})
    assert answer["Location"] == f"/incidents/{incident.number}/#reply"
    draft = Draft.objects.get()
    assert draft.public
    assert f"/portal/knowledge/{public.article.number}/" in draft.body

    client.post(f"/knowledge/{inside.article.number}/insert/", {"ticket": incident.number})
    assert not Draft.objects.get().public
    assert Use.objects.filter(ticket=incident.pk, sort="used").count() == 2
    page = client.get(f"/incidents/{incident.number}/").content.decode()
    assert inside.article.number in page


def test_words_an_alert_shares_lead_to_articles_and_runbooks(
    alice: User, bob: User, dana: User, client: Client
) -> None:
    given = {
        "title": "Free a disk of the database",
        "body": "The write ahead log fills /var/lib when an archive is away.",
        "owner_team": "platform",
    }
    version = actions.write_article(given=given, actor=alice)
    actions.publish(version=version, actor=alice)
    text = 'target: "{host}"\nparameters:\n  - {name: host, type: host}\nsteps:\n'
    text += "  - {use: human, name: Remove the old archive of the log}\n"
    facts = {"name": "Clean up the disk of a database"}
    add_runbook(slug="clean-up-disk", facts=facts, text=text, actor=dana)
    alert = "HostDiskWillFillIn4Hours: database disk 92% on pg-2, /var/lib is nearly full"
    incident = IncidentFactory(title=alert)
    other = IncidentFactory(title="Badge reader at the door blinks")
    client.force_login(alice)

    def found(ticket: Incident) -> tuple[bool, bool]:
        page = client.get(f"/knowledge/for/{ticket.number}/").content.decode()
        return version.article.number in page, "/runbooks/clean-up-disk/" in page

    assert found(incident) == (True, True)
    assert found(other) == (False, False)
    version.refresh_from_db()
    actions.retire(version=version, actor=alice, reason="Old.")
    vote(approval=Approval.objects.get(state="requested"), actor=bob, word="approved")
    assert found(incident) == (False, True)


def test_an_article_is_begun_with_what_its_record_says(alice: User, client: Client) -> None:
    report = Report(
        title="VPN loops", description="Since Monday.", service=ServiceFactory(name="vpn")
    )
    incident = open_incident(report=report, actor=alice)
    resolve(incident, actor=alice, code="fixed", notes="Cleared the cache.")
    client.force_login(alice)

    page = client.get(f"/knowledge/new/?ticket={incident.number}").content.decode()

    for words in ("VPN loops", "Since Monday.", "Cleared the cache."):
        assert f"- {words} ({incident.number})" in page


def test_a_draft_of_a_cluster_says_only_what_its_records_say(alice: User, client: Client) -> None:
    vpn = ServiceFactory(name="vpn")
    for place, fix in enumerate(("Cleared the cache.", "Cleared the cache.", "New profile.")):
        report = Report(title=f"VPN client loops at sign-in {place}", service=vpn)
        incident = open_incident(report=report, actor=alice)
        resolve(incident, actor=alice, code="fixed", notes=fix)
    client.force_login(alice)
    page = client.get("/knowledge/clusters/").content.decode()
    numbers = page.partition('name="numbers" value="')[2].partition('"')[0]
    assert len(numbers.split(",")) == 3

    client.post("/knowledge/clusters/", {"numbers": numbers})

    version = Version.objects.get()
    assert version.state == "draft"
    assert set(version.article.uses.values_list("sort", flat=True)) == {"source"}
    said = version.body
    assert f"- Cleared the cache. ({numbers.split(',')[1]}, {numbers.split(',')[2]})" in said
    assert 'name="numbers"' not in client.get("/knowledge/clusters/").content.decode()


def test_a_draft_holds_no_word_that_no_record_holds() -> None:
    sources = [
        Source("INC-1", "Shop is slow", "It began\nat noon.", "Shop", "", "Restarted it."),
        Source("INC-2", "Shop is slow", "", "Shop", "A leak.", "Restarted it.", "2026-11-02"),
    ]
    known = {" ".join(text.split()) for each in sources for text in vars(each).values()}

    body = words_of_draft(sources)["body"]

    for line in filter(None, body.splitlines()):
        if not line.startswith("## "):
            words, _, numbers = line.removeprefix("- ").rpartition(" (")
            assert words in known
            assert set(numbers.rstrip(")").split(", ")) <= {"INC-1", "INC-2"}


def test_alike_titles_of_one_service_make_a_cluster() -> None:
    titles = ["Printer jams on floor 3", "Printer jams on floor 7", "printer jam floor",
              "Mail is slow", "Nothing alike"]  # fmt: skip
    records = [Told(place, title, 1) for place, title in enumerate(titles)]
    records.append(Told(9, "Printer jams on floor 9", 2))

    assert clusters_of(records) == [[0, 1, 2]]
    assert clusters_of([]) == []


def test_a_problem_that_was_fixed_questions_its_known_error(alice: User) -> None:
    version = VersionFactory(state="published")
    incident = IncidentFactory()
    Use.objects.create(article=version.article, ticket=incident, sort="about", user=alice)
    event = Event(name="problem.resolved", subject_type="problem", subject_id=incident.pk)

    look_after_fix(event)

    assert Version.objects.get().stale_because == "fixed"
