"""Is it working? In plain words, and for everybody the same."""

from datetime import UTC, datetime

import pytest

from incidents import actions
from incidents.models import Incident
from itsm.inventory.maintenance import Maintenance, planners
from itsm.inventory.models import Service, ServiceFollower
from itsm.inventory.selectors import followers_of
from itsm.people.models import User
from itsm.portal.standing import standings
from tests.factories import ServiceFactory
from tests.portal.conftest import SECRET
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db


def test_trouble_is_shown_while_it_lasts_and_on_its_day(
    charlie: User, alice: User, outage: Incident
):
    ServiceFactory(name="wiki")
    actions.resolve(outage, actor=alice, code="fixed", notes="Restarted")

    found = {each.service.name: each for each in standings(charlie, [])}

    assert (found["mail"].has_trouble, found["mail"].bad_days) == (False, 1)
    assert found["wiki"].bad_days == 0


def test_charlie_sees_the_state_and_nothing_internal(as_: Browser, charlie: User, outage: Incident):
    ServiceFactory(name="secret-lab", status="discovered")

    page = as_(charlie).get("/portal/status/").content.decode()

    assert "Has trouble" in page
    assert "Nothing planned." in page
    assert SECRET not in page
    assert "secret-lab" not in page


def test_charlie_follows_a_service_and_ends_it(as_: Browser, charlie: User, mail: Service):
    browser = as_(charlie)

    browser.post("/portal/status/follow/", {"service": "mail"})
    assert list(followers_of([mail.pk])) == [charlie]
    browser.post("/portal/status/follow/", {"service": "mail", "undo": "1"})

    assert not ServiceFollower.objects.exists()


@pytest.mark.parametrize("name", ["", "nothing", "\x00", "lab"])
def test_what_one_may_not_know_of_cannot_be_followed(as_: Browser, charlie: User, name: str):
    ServiceFactory(name="lab", status="discovered")

    answer = as_(charlie).post("/portal/status/follow/", {"service": name})

    assert answer.status_code == 404


def test_what_is_planned_is_told(
    as_: Browser, charlie: User, mail: Service, monkeypatch: pytest.MonkeyPatch
):
    at = datetime(2030, 5, 1, 22, tzinfo=UTC)
    work = Maintenance(mail, "Mail moves to new machines.", at, at)
    monkeypatch.setitem(planners._entries, "test", lambda _services: [work])

    page = as_(charlie).get("/portal/status/").content.decode()

    assert "Mail moves to new machines." in page


def test_the_status_costs_the_same_for_many_services(
    as_: Browser, charlie: User, outage: Incident, django_assert_max_num_queries
):
    for _ in range(20):
        ServiceFactory()
    browser = as_(charlie)

    with django_assert_max_num_queries(2 + 6):
        browser.get("/portal/status/")


def test_alice_tells_everybody_from_the_record(
    as_: Browser, alice: User, charlie: User, outage: Incident
):
    actions.join_outage(incident=outage, actor=charlie)
    record = as_(alice).get(f"/incidents/{outage.number}/").content.decode()
    assert "1 person said “me too”." in record

    as_(alice).post(f"/portal/outages/{outage.number}/tell/", {"body": "Half of it is back."})

    assert "Half of it is back." in as_(charlie).get("/portal/").content.decode()
