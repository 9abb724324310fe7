"""The queue: narrowed, ordered, paged and shown as its address and its reader say."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from incidents.models import Incident
from itsm.inventory.models import Service
from itsm.people.models import Team, User
from itsm.tickets.actions import watch
from itsm.tickets.models import Ticket
from itsm.tickets.saved import QueueLook
from tests.factories import IncidentFactory, ServiceFactory
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db


def numbers(as_: Browser, user: User, query: str) -> list[str]:
    page = as_(user).get(f"/incidents/{query}")
    assert page.status_code == 200
    return [each.number for each in page.context["page"].rows]


@pytest.fixture
def wanted(alice: User, charlie: User, platform: Team) -> Incident:
    """The one incident every filter below asks for."""
    incident: Incident = IncidentFactory(
        at_state="in_progress",
        priority=2,
        service=ServiceFactory(name="checkout"),
        team=platform,
        assignee=alice,
        caller=charlie,
        tags=["vpn"],
        source="phone",
        category="Network",
        confidential=True,
        opened_at=timezone.now() - timedelta(days=40),
    )
    watch(ticket=incident, user=alice, actor=alice)
    return incident


@pytest.mark.parametrize(
    "query",
    [
        "?state=in_progress,on_hold", "?priority=1,2", "?priority=2&priority=1",
        "?service=checkout",
        "?team=platform", "?team=mine", "?assignee=me", "?assignee=alice", "?caller=charlie",
        "?tag=VPN", "?source=phone,email", "?category=network",
        "?confidential=yes", "?watched=yes",
        "?phase=active", "?opened_before={before}", "?opened_after={after}&opened_before={before}",
    ],
)  # fmt: skip
def test_a_filter_finds_what_it_says_and_nothing_else(
    as_: Browser, alice: User, wanted: Incident, query: str
):
    IncidentFactory(priority=4)
    today = timezone.localdate()
    days = {"after": today - timedelta(days=41), "before": today - timedelta(days=39)}

    assert numbers(as_, alice, query.format(**days)) == [wanted.number]


@pytest.mark.parametrize(
    "query", ["?service=none", "?team=none", "?assignee=nobody", "?confidential=no", "?alerts=no"]
)
def test_a_filter_finds_what_is_without(as_: Browser, alice: User, query: str, checkout: Service):
    bare = IncidentFactory()
    IncidentFactory(service=checkout, team=checkout.owner_team, assignee=alice, confidential=True)

    assert bare.number in numbers(as_, alice, query)


ORDERS = ["newest", "oldest", "priority", "-priority", "opened", "-opened", "updated", "-updated"]


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_is_paged_through_without_a_gap_and_back(as_: Browser, alice: User, order: str):
    now = timezone.now()
    for place in range(60):
        at = now - timedelta(hours=place * 7 % 13)
        IncidentFactory(priority=1 + place % 5, opened_at=at, updated_at=at)
    browser = as_(alice)
    first = browser.get(f"/incidents/?order={order}")
    second = browser.get("/incidents/" + first.context["older"])
    third = browser.get("/incidents/" + second.context["older"])
    back = browser.get("/incidents/" + third.context["newer"])

    seen = [each.pk for page in (first, second, third) for each in page.context["page"].rows]
    key = {"newest": "id", "oldest": "-id"}.get(order, order)
    assert len(set(seen)) == 60
    assert [each.pk for each in back.context["page"].rows] == seen[25:50]
    assert _ranks(seen, key.strip("-")) == sorted(
        _ranks(seen, key.strip("-")),
        reverse=order in ("newest", "opened", "updated", "-priority"),
    )


def _ranks(keys: list[int], name: str) -> list[Any]:
    column = {"opened": "opened_at", "updated": "updated_at"}.get(name, name)
    ranks = dict(Ticket.objects.values_list("pk", column))
    return [ranks[key] for key in keys]


def test_a_chip_leads_to_the_queue_without_its_filter(as_: Browser, alice: User):
    page = as_(alice).get("/incidents/?priority=1,2&assignee=me&order=updated&after=1-1")

    assert [(str(each.label), each.words) for each in page.context["chips"]] == [
        ("Priority", "P1, P2"),
        ("Assignee", "me"),
    ]
    assert [each.without for each in page.context["chips"]] == [
        "?assignee=me&order=updated",
        "?priority=1,2&order=updated",
    ]


def test_columns_and_density_are_remembered_for_each_person(as_: Browser, alice: User, bob: User):
    IncidentFactory(caller=bob, tags=["vpn"])
    chosen = {"columns": ["caller", "tags", "nonsense"], "density": "compact", "back": "?phase=all"}

    answer = as_(alice).post("/incidents/look/", chosen)

    mine, other = (as_(each).get("/incidents/").content.decode() for each in (alice, bob))
    assert answer["Location"] == "/incidents/?phase=all"
    assert QueueLook.objects.get().columns == ["tags", "caller"]
    assert "c-caller" in mine
    assert "is-compact" in mine
    assert "c-caller" not in other
    assert "is-comfortable" in other


@pytest.mark.parametrize(
    "given", [{}, {"columns": ["nonsense"]}, {"density": "9"}, {"back": "//evil.test/"}]
)
def test_a_look_of_nonsense_changes_nothing_that_shows(
    as_: Browser, alice: User, given: dict[str, object]
):
    answer = as_(alice).post("/incidents/look/", given)

    assert answer["Location"] == "/incidents/"
    assert "c-service" in as_(alice).get("/incidents/").content.decode()


@pytest.mark.parametrize(
    "query",
    ["priority=1,9", "opened_after=soon", "state=nonsense", "after=99999999999999999999-1",
     "order=updated&after=999999999999999999-1", "order=opened&before=x-1", "source=%00",
     "category=%00", "alerts=maybe", "caller=%F0%9F%92%A9", "order=priority&after=999999-1"],
)  # fmt: skip
def test_no_nonsense_in_an_address_breaks_the_queue(as_: Browser, alice: User, query: str):
    assert as_(alice).get(f"/incidents/?{query}").status_code == 200


def test_new_rows_are_let_in_only_by_the_filters(as_: Browser, alice: User):
    grave, minor = IncidentFactory(priority=1), IncidentFactory(priority=4)
    query = f"priority=1&numbers={grave.number},{minor.number}&shown="

    page = as_(alice).get(f"/incidents/rows/?{query}").content.decode()

    assert grave.number in page
    assert minor.number not in page


def test_who_only_reads_is_offered_no_cell_to_change(as_: Browser, alice: User, audrey: User):
    IncidentFactory()

    assert "data-edit" in as_(alice).get("/incidents/").content.decode()
    assert "data-edit" not in as_(audrey).get("/incidents/").content.decode()
