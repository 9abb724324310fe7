"""The dashboard: each number opens exactly its rows, and only parts that changed are sent again."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from incidents import actions
from incidents.models import Incident
from itsm.inventory.models import Service, ServiceDependency
from itsm.people.models import Team, User
from tests.factories import ChangeFactory, IncidentFactory, ServiceFactory
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db

VIEWS = ("open", "p1", "p2", "p3", "p4", "p5", "mine", "team", "unassigned", "risk", "resolved")


@pytest.fixture
def company(alice: User, bob: User, charlie: User, platform: Team) -> None:
    """Work of every sort, more of some of it than a page holds."""
    long_ago = timezone.now() - timedelta(days=2)
    for priority in (1, 2, 2, 3, 4, 5):
        IncidentFactory(priority=priority, assignee=alice, team=platform, opened_by=alice)
    for _ in range(27):
        IncidentFactory(priority=4, assignee=bob, team=platform, opened_by=bob)
    IncidentFactory(priority=3, opened_by=charlie, opened_at=long_ago)
    IncidentFactory(priority=1, opened_by=charlie, acknowledged_at=timezone.now())
    IncidentFactory(at_state="resolved", opened_by=charlie, resolved_at=timezone.now())
    IncidentFactory(at_state="resolved", opened_by=charlie, resolved_at=long_ago)


def number_of(page: str, address: str) -> int:
    """The number that the tile with this address shows."""
    tiles = page.split('data-part="tiles"', 1)[1].split("</section>", 1)[0]
    link = tiles.split(f'href="{address}"', 1)[1].split("</a>", 1)[0]
    return int(re.findall(r">(\d+)", link)[-1])


def rows_behind(browser, address: str) -> list[str]:
    """The numbers of the rows on all pages of this address."""
    found: list[str] = []
    while address:
        page = browser.get(address).content.decode()
        found += re.findall(r'data-number="(INC-\d+)"', page)
        older = re.search(r'href="(\?[^"]*after=[^"]*)"', page)
        address = f"/search/{older[1].replace('&amp;', '&')}" if older else ""
    return found


@pytest.mark.parametrize("view", VIEWS)
def test_a_number_is_the_number_of_rows_it_opens(
    as_: Browser, alice: User, company: None, view: str
):
    browser, address = as_(alice), f"/search/?view={view}"
    shown = number_of(browser.get("/").content.decode(), address)

    rows = rows_behind(browser, address)

    assert shown > 0
    assert len(rows) == len(set(rows)) == shown


def test_the_number_of_alerts_is_the_number_of_rows_it_opens(
    as_: Browser, alice: User, firing: None
):
    browser = as_(alice)

    shown = number_of(browser.get("/").content.decode(), "/alerts/")

    assert browser.get("/alerts/").content.decode().count('class="alert"') == shown == 3


def test_what_is_acknowledged_is_no_longer_at_risk(as_: Browser, alice: User):
    incident = IncidentFactory(priority=1, opened_by=alice)
    browser = as_(alice)
    assert rows_behind(browser, "/search/?view=risk") == [incident.number]

    actions.acknowledge(incident, actor=alice)

    assert rows_behind(browser, "/search/?view=risk") == []


def test_nobody_is_counted_a_confidential_ticket_he_may_not_see(
    as_: Browser, erin: User, charlie: User
):
    IncidentFactory(priority=1, opened_by=charlie, confidential=True)

    page = as_(erin).get("/").content.decode()

    assert number_of(page, "/search/?view=p1") == 0


def test_of_two_colleagues_each_is_counted_what_concerns_him(
    as_: Browser, alice: User, erin: User, charlie: User
):
    """What staff may see is put together once for all of a role, and asked for each of them."""
    IncidentFactory(priority=1, opened_by=charlie, assignee=alice, confidential=True)
    IncidentFactory(priority=1, opened_by=charlie, assignee=erin)

    pages = [as_(who).get("/").content.decode() for who in (alice, erin, alice)]

    assert [number_of(page, "/search/?view=p1") for page in pages] == [2, 1, 2]


def test_a_service_is_impaired_by_what_it_needs(as_: Browser, alice: User, checkout: Service):
    storage, shop = ServiceFactory(name="storage"), ServiceFactory(name="shop")
    ServiceDependency.objects.create(service=shop, needed=checkout)
    ServiceDependency.objects.create(service=checkout, needed=storage)
    IncidentFactory(service=storage, priority=1, opened_by=alice)

    page = as_(alice).get("/").content.decode()

    assert page.count("Impaired by storage") == 2


def test_only_the_parts_asked_for_are_sent_again(as_: Browser, alice: User, company: None):
    page = as_(alice).get("/", headers={"X-Parts": "alerts health"}).content.decode()

    assert re.findall(r'data-part="([\w-]+)"', page) == ["alerts", "health"]
    assert "<html" not in page


def test_what_is_counted_later_says_that_it_is_coming(as_: Browser, alice: User):
    page = as_(alice).get("/").content.decode()
    later = as_(alice).get("/", headers={"X-Parts": "insight"}).content.decode()

    assert page.count('class="skeleton"') > 1
    assert 'class="skeleton"' not in later
    assert later.count("<strong>") == page.count('class="skeleton"')


def test_asking_for_parts_that_are_none_is_harmless(as_: Browser, alice: User):
    answer = as_(alice).get("/", headers={"X-Parts": "nonsense ../../etc"})

    assert (answer.status_code, answer.content.strip()) == (200, b"")


@pytest.mark.parametrize(
    ("place", "here"),
    [
        ("/alerts/", [("/alerts/", "page")] * 2),
        ("/alerts/silences/", [("/alerts/", "true")] * 2),
        ("/problems/candidates/", [("/problems/candidates/", "page")]),
        ("/evidence/{incident}/", [("/incidents/", "true")] * 2),
        ("/proposals/", [("/measures/", "page")]),
        ("/inbox/", []),
    ],
)
def test_the_navigation_marks_the_part_one_is_in(
    as_: Browser, alice: User, incident: Incident, place: str, here: list[tuple[str, str]]
):
    page = as_(alice).get(place.format(incident=incident.number)).content.decode()

    menus = "".join(re.findall(r'<nav class="(?:phone-)?nav".*?</nav>', page, re.DOTALL))
    assert re.findall(r'<a href="([^"]+)" aria-current="(\w+)"', menus) == here


def test_the_changes_next_stand_in_the_order_of_their_plans(as_: Browser, alice: User):
    late = ChangeFactory(priority=1, planned_start=datetime(2026, 12, 3, 6, tzinfo=UTC))
    unplanned = ChangeFactory(priority=1, planned_start=None, planned_end=None)
    soon = ChangeFactory(planned_start=datetime(2026, 12, 1, 22, 30, tzinfo=UTC))

    page = as_(alice).get("/").content.decode()

    part = page.split('data-part="changes"', 1)[1].split("</section>", 1)[0]
    numbers = re.findall(r'data-number="(CHG-\d+)"', part)
    assert numbers == [each.number for each in (soon, late, unplanned)]
    assert re.findall(r"<time[^>]*>([^<]+)<", part) == [
        "Tue 1 Dec, 22:30", "Thu 3 Dec, 06:00", "no time yet",
    ]  # fmt: skip
