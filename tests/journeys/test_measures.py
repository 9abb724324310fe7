"""Are we getting better? From the page of measures down to one record, and the numbers agree."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from itsm.people.models import Team, User
from tests.factories import IncidentFactory, TeamFactory
from tests.journeys.conftest import Sit
from tests.journeys.pictures import take

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(90)]


def fill(teams: list[Team]) -> None:
    """Two months in which everybody became faster, but for one team."""
    drawn, now = random.Random(3), timezone.now()
    for place in range(120):
        ago = timedelta(hours=12 * place + 30)
        team = teams[place % 2]
        hours = drawn.expovariate(1 / (40 if ago.days >= 30 or team == teams[1] else 3))
        opened = now - ago - timedelta(hours=min(hours, 25))
        IncidentFactory(
            at_state="closed",
            team=team,
            source="phone",
            opened_at=opened,
            acknowledged_at=opened + timedelta(minutes=5),
            resolved_at=opened + timedelta(hours=min(hours, 25)),
        )


def test_a_number_is_followed_down_to_one_record(sit: Sit, alice: User) -> None:
    fill([alice.teams.get(), TeamFactory(slug="network", name="Network")])
    page = sit(alice).go("/")

    page.get_by_role("link", name="Measures", exact=True).click()
    tile = page.get_by_role("link", name="Time to resolve").first
    expect(tile).to_contain_text("median of")
    shown = tile.locator(".value").inner_text()
    take(page, "measures")
    tile.click()
    expect(page.get_by_role("heading", level=1, name="Time to resolve")).to_be_visible()
    number = page.locator("main .tile .value").inner_text()
    take(page, "measure")
    page.locator("main .tile").click()

    assert number == shown
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(f"Time to resolve: {shown}")
    count = int(page.locator("main .lead strong").inner_text().split()[0])
    assert page.locator("main tbody tr").count() == min(count, 50)
    take(page, "measure-rows")
    page.locator("main tbody tr a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Checkout is slow")
