import pytest

from itsm.inventory import actions
from itsm.inventory.models import ConfigurationItem, Service, ServiceDependency, Standing
from itsm.inventory.selectors import downstream_of, upstream_of, visible_services
from itsm.people.models import User
from tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


def test_unknown_names_are_registered_once_and_known_ones_left_alone(bot: User) -> None:
    known = ServiceFactory(name="checkout")

    found = actions.discover_services(["checkout", "storage"], actor=bot)
    again = actions.discover_services(["storage", "checkout"], actor=bot)

    assert found["checkout"] == known.pk
    assert Service.objects.get(pk=found["storage"]).status == Standing.DISCOVERED
    assert found == again
    assert Service.objects.count() == 2


def test_a_source_gone_wild_cannot_fill_the_inventory(
    bot: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions.discovering, "MOST_DISCOVERED_SERVICES", 3)

    found = actions.discover_services([f"made-up-{each}" for each in range(10)], actor=bot)

    assert len(found) == 3
    assert actions.discover_services(["one-more"], actor=bot) == {}


def test_components_are_registered_with_their_service() -> None:
    checkout = ServiceFactory(name="checkout")

    actions.discover_components({"checkout-1": checkout.pk, "lonely": None})

    assert ConfigurationItem.objects.get(name="checkout-1").service == checkout
    assert ConfigurationItem.objects.get(name="lonely").service is None


def test_dependencies_are_followed_both_ways_also_in_a_circle() -> None:
    shop, checkout, database = (ServiceFactory(name=name) for name in ("shop", "checkout", "db"))
    for service, needed in [(shop, checkout), (checkout, database), (database, shop)]:
        ServiceDependency.objects.create(service=service, needed=needed)
    lonely = ServiceFactory(name="lonely")
    ServiceDependency.objects.create(service=lonely, needed=shop)

    assert upstream_of(lonely) == {shop.pk, checkout.pk, database.pk}
    assert downstream_of(database) == {shop.pk, checkout.pk, lonely.pk}


def test_end_users_do_not_see_services_nobody_has_looked_at(charlie: User, alice: User) -> None:
    ServiceFactory(name="checkout")
    ServiceFactory(name="x-7", status=Standing.DISCOVERED)

    assert [each.name for each in visible_services(charlie)] == ["checkout"]
    assert visible_services(alice).count() == 2
