"""Django's admin in a real browser, under the policy that lets no foreign script run."""

import pytest
from playwright.sync_api import expect

from itsm.people.models import Team, User
from tests.journeys.conftest import Sit

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


def test_dana_adds_a_member_to_a_team(sit: Sit, dana: User, alice: User, platform: Team):
    person = sit(dana)
    page = person.go(f"/admin/people/team/{platform.pk}/change/")

    page.get_by_role("button", name="Add another Membership").click()
    page.locator("tr.form-row:not(.empty-form) .select2-selection").last.click()
    page.keyboard.type("dan")
    page.locator(".select2-results__option", has_text="Dana").click()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator(".messagelist")).to_contain_text("changed successfully")
    assert dana.memberships.filter(team=platform).exists()
