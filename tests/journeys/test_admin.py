"""Django's admin in a real browser, under the policy that lets no foreign script run."""

import json
import re

import httpx
import pytest
from playwright.sync_api import expect

from incidents.models import Incident
from itsm.monitoring.models import MonitoringSource
from itsm.people.models import Team, User
from tests.journeys.conftest import House, Sit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(90)]


@pytest.mark.parametrize(
    "page_of",
    ["inventory/service/add/", "people/apitoken/add/", "monitoring/monitoringsource/add/"],
)
def test_the_scripts_of_the_admin_run(page_of: str, sit: Sit, dana: User):
    page = sit(dana).go("/admin/")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))

    page.goto(page.url + page_of)

    expect(page.locator("#content form")).to_be_visible()
    assert page.evaluate("django.jQuery('<p>seen</p>').text()") == "seen"
    assert wrong == []


def test_dana_adds_a_member_to_a_team_and_reads_who_did_it(
    sit: Sit, dana: User, alice: User, platform: Team, house: House
):
    person = sit(dana)
    page = person.go(f"/admin/people/team/{platform.pk}/change/")

    page.get_by_role("button", name="Add", exact=True).click()
    page.locator("tr.form-row:not(.empty-form) .select2-selection").last.click()
    page.keyboard.type("dan")
    page.locator(".select2-results__option", has_text="Dana").click()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator(".messagelist")).to_contain_text("changed successfully")
    assert dana.memberships.filter(team=platform).exists()
    page.get_by_role("link", name="Audit").first.click()
    told = page.locator("#content li, #content article, #content tr", has_text="Platform").first
    expect(told).to_contain_text("Dana")


EXAMPLE = {
    "check": {"id": "disk-7", "name": "Disk is full", "level": "critical", "state": "problem"},
    "host": "db-3",
}


def test_dana_connects_a_tool_nobody_knows_from_an_example_of_its_posts(
    sit: Sit, dana: User, house: House
):
    page = sit(dana).go("/admin/monitoring/monitoringsource/add/")

    page.get_by_label("Name:", exact=True).fill("Home made")
    page.get_by_label("Kind").select_option("generic")
    page.get_by_label("Example").fill(json.dumps(EXAMPLE))
    page.get_by_role("button", name="Suggest a mapping").click()
    expect(page.locator("[data-trial] tbody")).to_contain_text("Disk is full")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Tell the tool")).to_be_visible()
    source = MonitoringSource.objects.get()
    token = re.search(r"Bearer (\S{20,}?)['\"\s]", page.locator("#content").inner_text())
    assert token, page.locator("#content").inner_text()
    answer = httpx.post(
        f"{house.address}/hooks/{source.slug}/",
        json=EXAMPLE,
        headers={"Authorization": f"Bearer {token[1]}"},
    )

    assert answer.status_code == 202, answer.text
    assert Incident.objects.get().title == "Disk is full"
    assert answer.json()["alerts"][0]["fingerprint"] == "disk-7"
