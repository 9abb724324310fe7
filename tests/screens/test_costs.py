"""How many statements a page costs, whatever the number of rows."""

import pytest

from incidents.models import Incident
from itsm.inventory.models import Service, ServiceDependency
from itsm.people.models import User
from itsm.tickets.actions import comment
from tests.factories import IncidentFactory, ServiceFactory
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db

SESSION = 2  # the session and its person
PINNED = [
    ("/", 15), ("/incidents/", 7), ("/alerts/", 7), ("/portal/", 5), ("/wall/", 8),
    ("/services/", 10), ("/services/checkout/", 17), ("/search/", 5), ("/search/?q=checkout", 15),
    ("/search/?view=risk", 5), ("/people/bob/", 8), ("/find/?q=checkout", 9),
]  # fmt: skip


@pytest.mark.parametrize(("path", "most"), PINNED)
def test_a_page_costs_the_same_for_many_rows(
    as_: Browser,
    alice: User,
    bob: User,
    checkout: Service,
    firing: None,
    django_assert_max_num_queries,
    path: str,
    most: int,
):
    for _ in range(30):
        service = ServiceFactory()
        ServiceDependency.objects.create(service=checkout, needed=service)
        IncidentFactory(service=service, priority=2, assignee=bob, opened_by=alice, caller=alice)
        IncidentFactory(service=checkout, assignee=bob, opened_by=alice, caller=alice)
    browser = as_(alice)

    with django_assert_max_num_queries(most + SESSION):
        assert browser.get(path).status_code == 200


def test_a_ticket_costs_the_same_for_a_long_timeline(
    as_: Browser, alice: User, bob: User, incident: Incident, django_assert_max_num_queries
):
    for count in range(30):
        comment(ticket=incident, actor=[alice, bob][count % 2], body="Hello", public=False)
    browser = as_(alice)

    with django_assert_max_num_queries(12 + SESSION):
        browser.get(f"/incidents/{incident.number}/")
