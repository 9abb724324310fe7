"""Queues kept under a name: found, shared, pinned, counted and put in order."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from itsm.people.models import User
from itsm.tickets.actions.saved_views import change_view, pin_view, save_view
from itsm.tickets.saved import SavedView
from itsm.tickets.saved_views import pinned_views
from tests.factories import IncidentFactory
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db


def saved(user: User, query: str = "priority=1", **more: Any) -> SavedView:
    given: dict[str, Any] = {"name": "Grave", "audience": "me", **more}
    return save_view(actor=user, kind="incident", query=query, **given)


def test_what_is_filtered_is_saved_under_a_name_and_counted_in_the_navigation(
    as_: Browser, alice: User
):
    for priority in (1, 1, 4):
        IncidentFactory(priority=priority)
    browser = as_(alice)
    form = browser.get("/incidents/views/new/?priority=1&after=1-1&open=INC-1")
    assert form.context["query"] == "priority=1"

    answer = browser.post(
        "/incidents/views/new/", {"name": "Grave", "audience": "me", "query": "priority=1"}
    )

    view = SavedView.objects.get()
    page = browser.get(answer["Location"])
    assert answer["Location"] == f"/incidents/?priority=1&view={view.pk}"
    assert "<h1>Grave</h1>" in page.content.decode()
    assert [(str(each.view), each.count) for each in pinned_views(alice)] == [("Grave", 2)]


@pytest.mark.parametrize(
    ("audience", "who"),
    [("me", {"alice"}), ("team", {"alice", "bob"}), ("everyone", {"alice", "bob", "erin"})],
)
def test_a_view_is_found_by_those_it_is_shared_with(
    as_: Browser, alice: User, bob: User, erin: User, audience: str, who: set[str]
):
    given = {"name": "Grave", "query": "priority=1", "audience": audience}
    team = "platform" if audience == "team" else ""

    as_(alice).post("/incidents/views/new/", {**given, "team": team})

    pages = {each.username: as_(each).get("/incidents/views/") for each in (alice, bob, erin)}
    assert {name for name, page in pages.items() if "Grave" in page.content.decode()} == who


def test_only_its_owner_and_administrators_change_a_view(
    as_: Browser, alice: User, bob: User, dana: User
):
    view = saved(alice, audience="everyone")
    address = f"/incidents/views/{view.pk}/"

    assert as_(bob).post(address, {"do": "delete"}).status_code == 403
    assert as_(bob).post(address, {"do": "fill", "query": "x=1"}).status_code == 403
    as_(dana).post(f"{address}edit/", {"name": "Gravest", "audience": "everyone"})

    view.refresh_from_db()
    assert view.name == "Gravest"
    as_(alice).post(address, {"do": "delete"})
    assert not SavedView.objects.exists()


def test_views_are_pinned_moved_and_let_go(as_: Browser, alice: User, bob: User):
    first, second = saved(alice, name="First"), saved(alice, name="Second")
    shared = saved(bob, name="Shared", audience="everyone")
    for do, view in (("pin", shared), ("up", shared), ("up", shared), ("unpin", second)):
        as_(alice).post(f"/incidents/views/{view.pk}/", {"do": do})

    assert [each.view for each in pinned_views(alice)] == [shared, first]


def test_a_view_that_is_no_longer_shared_leaves_the_navigation_of_others(
    as_: Browser, alice: User, bob: User
):
    view = saved(alice, audience="everyone")
    pin_view(view=view, user=bob)

    as_(alice).post(f"/incidents/views/{view.pk}/edit/", {"name": "Grave", "audience": "me"})

    assert pinned_views(bob) == []
    assert as_(bob).post(f"/incidents/views/{view.pk}/", {"do": "pin"}).status_code == 404


def test_the_view_chosen_opens_first(as_: Browser, alice: User):
    view = saved(alice)

    as_(alice).post(f"/incidents/views/{view.pk}/", {"do": "first"})

    assert as_(alice).get("/incidents/")["Location"] == f"/incidents/?priority=1&view={view.pk}"
    as_(alice).post(f"/incidents/views/{view.pk}/", {"do": "usual"})
    assert as_(alice).get("/incidents/").status_code == 200


def test_a_view_that_is_shared_no_more_opens_no_more(as_: Browser, alice: User, bob: User):
    view = saved(alice, audience="everyone")
    as_(bob).post(f"/incidents/views/{view.pk}/", {"do": "first"})

    change_view(view=view, actor=alice, name="Grave", audience="me", query="caller=frank")

    assert as_(bob).get("/incidents/").status_code == 200


def test_a_view_is_filled_with_what_is_shown_now(as_: Browser, alice: User):
    view = saved(alice)
    page = as_(alice).get(f"/incidents/?priority=2&view={view.pk}")
    assert "Keep in the view" in page.content.decode()

    as_(alice).post(f"/incidents/views/{view.pk}/", {"do": "fill", "query": "?priority=2"})

    view.refresh_from_db()
    assert view.query == "priority=2"


def test_any_number_of_views_is_counted_in_one_statement(alice: User):
    for query in ("priority=1", "assignee=me", "team=mine&state=new", "search=mail", "phase=x"):
        saved(alice, query=query, name=query)
    pinned_views(alice)

    with CaptureQueriesContext(connection) as captured:
        counts = [each.count for each in pinned_views(alice)]

    assert len(captured) == 2  # the pins, and all their counts
    assert counts == [0, 0, 0, None, None]


def test_a_count_shows_only_what_its_reader_may_see(alice: User, erin: User):
    IncidentFactory(priority=1, confidential=True)
    view = saved(alice, audience="everyone")
    pin_view(view=view, user=erin)

    assert [each.count for each in pinned_views(erin)] == [0]


@pytest.mark.parametrize(
    "given",
    [{}, {"name": "x"}, {"name": "", "audience": "me"}, {"name": "x", "audience": "team"},
     {"name": "x", "audience": "team", "team": "service-desk"},
     {"name": "x" * 99, "audience": "me"}],
)  # fmt: skip
def test_rubbish_saves_nothing_and_says_why(
    as_: Browser, alice: User, erin: User, given: dict[str, str]
):
    """P25."""
    answer = as_(alice).post("/incidents/views/new/", given)

    assert answer.status_code == 422
    assert "wrong" in answer.content.decode()
    assert not SavedView.objects.exists()
