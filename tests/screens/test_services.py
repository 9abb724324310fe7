"""The pages of services: how they are and were, what they need, who owns them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from itsm.dashboard.selectors.service import firing_counts
from itsm.inventory.models import Service, ServiceDependency
from itsm.monitoring.actions import create_source, record_signals
from itsm.monitoring.sources import Signal
from itsm.people.models import User
from tests.factories import IncidentFactory, ServiceFactory
from tests.screens.conftest import HOSTILE, Browser

pytestmark = pytest.mark.django_db


def names(page: str) -> list[str]:
    return re.findall(r'class="title clip" href="/services/([^"]+)/"', page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["checkout", "idle", "storage"]),
        ("?health=unwell", ["checkout", "storage"]),
        ("?health=well", ["idle"]),
        ("?q=STOR", ["storage"]),
        ("?tier=1", ["storage"]),
        ("?tier=nonsense", ["checkout", "idle", "storage"]),
        ("?team=platform", ["checkout"]),
        ("?after=checkout", ["idle", "storage"]),
    ],
)
def test_the_list_is_narrowed(
    as_: Browser, alice: User, checkout: Service, query: str, found: list[str]
):
    storage = ServiceFactory(name="storage", tier=1)
    ServiceFactory(name="idle")
    ServiceFactory(name="old", status="retired")
    ServiceDependency.objects.create(service=checkout, needed=storage)
    IncidentFactory(service=storage, priority=1, opened_by=alice)

    assert names(as_(alice).get(f"/services/{query}").content.decode()) == found


def test_its_page_tells_what_it_suffers_from(as_: Browser, alice: User, checkout: Service):
    storage, shop = ServiceFactory(name="storage"), ServiceFactory(name="shop")
    ServiceDependency.objects.create(service=checkout, needed=storage)
    ServiceDependency.objects.create(service=shop, needed=checkout)
    IncidentFactory(service=storage, priority=1, opened_by=alice)

    page = as_(alice).get("/services/checkout/").content.decode()

    assert "Impaired by what it needs" in page
    lists, drawing = page.split('<svg class="service-map"', 1)
    assert lists.count('href="/services/storage/"') == 2
    assert lists.count('href="/services/shop/"') == 1
    assert drawing.count('class="edge is-ill"') == 1
    assert drawing.split("</svg>")[0].count("<rect") == 3


def test_its_past_is_told_by_its_incidents(as_: Browser, alice: User, checkout: Service):
    now = timezone.now()
    IncidentFactory(
        service=checkout, priority=1, at_state="closed", opened_by=alice,
        opened_at=now - timedelta(days=10), resolved_at=now - timedelta(days=8),
    )  # fmt: skip
    IncidentFactory(
        service=checkout, priority=2, at_state="resolved", opened_by=alice,
        opened_at=now - timedelta(days=60), resolved_at=now - timedelta(days=50),
    )  # fmt: skip
    IncidentFactory(
        service=checkout, priority=3, opened_by=alice, opened_at=now - timedelta(days=1)
    )

    page = as_(alice).get("/services/checkout/").content.decode()

    strip = page.split('<svg class="heat"', 1)[1].split("</svg>")[0]
    marks = re.findall(r'<rect class="(is-\w+)"', strip)
    assert len(marks) == 30
    assert marks[19:22] == ["is-p1"] * 3
    assert marks[28:] == ["is-p3"] * 2
    assert marks.count("is-ok") == 25


def test_a_service_may_be_called_anything(as_: Browser, alice: User):
    ServiceFactory(name="eu/shop front", title=HOSTILE)
    browser = as_(alice)

    listed = browser.get("/services/").content.decode()
    page = browser.get("/services/eu/shop%20front/")

    assert page.status_code == 200
    assert "<script>alert" not in listed + page.content.decode()


def test_administrators_are_shown_the_way_to_edit_it(
    as_: Browser, alice: User, dana: User, checkout: Service
):
    edit = f"/admin/inventory/service/{checkout.pk}/change/"

    assert edit in as_(dana).get("/services/checkout/").content.decode()
    assert edit not in as_(alice).get("/services/checkout/").content.decode()


def test_a_storm_over_one_service_does_not_hide_the_alerts_of_another(
    alice: User, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("itsm.dashboard.selectors.service.CAP", 2)
    source, _token = create_source(kind="alertmanager", name="Prometheus", actor=dana)
    stormy, calm, quiet = (ServiceFactory.create(name=each) for each in ("stormy", "calm", "quiet"))
    signals = [
        Signal(
            fingerprint=f"{service}{at}",
            status="firing",
            title="Slow",
            severity="high",
            service=service,
        )
        for service, count in (("stormy", 5), ("calm", 1))
        for at in range(count)
    ]
    record_signals(source, signals=signals, now=timezone.now())

    found = firing_counts(alice, [stormy.pk, calm.pk, quiet.pk])

    assert found == {stormy.pk: 2, calm.pk: 1, quiet.pk: 0}
