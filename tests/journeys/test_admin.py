"""Django's admin in a real browser, under the policy that lets no foreign script run."""

import pytest
from playwright.sync_api import expect

from itsm.people.models import User
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
