"""The API's own page in a real browser, under the policy that lets no foreign script run."""

import pytest
from playwright.sync_api import expect

from incidents.models import Incident
from itsm.people.models import User
from tests.journeys.conftest import Sit
from tests.journeys.looking import shut_out

# The others are closed and all alike; axe would walk them all to find nothing.
ONLY_OPEN = "document.querySelectorAll('.endpoint:not([open])').forEach(each => each.remove())"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(90)]


def test_alice_reads_the_api_and_tries_it(sit: Sit, alice: User):
    page = sit(alice).go("/api/docs/")

    page.locator("#incidents_create > summary").click()
    form = page.locator("#incidents_create form")
    form.get_by_label("Body").fill('{"title": "<b>Checkout</b> is slow", "impact": 1}')
    form.get_by_role("button", name="Send").click()

    expect(form.locator("output code")).to_contain_text("201")
    expect(form.locator("output pre")).to_contain_text('"title": "<b>Checkout</b> is slow"')
    number = Incident.objects.get().number
    page.locator("#incidents_retrieve > summary").click()
    form = page.locator("#incidents_retrieve form")
    form.get_by_label("number").fill(number)
    page.keyboard.press("Enter")
    expect(form.locator("output pre")).to_contain_text(f'"number": "{number}"')


def test_an_open_endpoint_shuts_nobody_out(sit: Sit, alice: User):
    page = sit(alice, face="phone").go("/api/docs/#alerts_list")

    expect(page.locator("#alerts_list form")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.evaluate(ONLY_OPEN)
    assert shut_out(page) == []
