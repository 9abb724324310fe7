"""A rule is written in the browser, simulated, switched on, and seen to act."""

import pytest
from playwright.sync_api import expect

from incidents.actions import open_incident
from incidents.actions.opening import Report
from itsm.automation.models import Rule
from itsm.people.models import User
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(90)]


def test_mona_writes_a_rule_and_sees_it_act(sit: Sit, mona: User, alice: User):
    before = open_incident(report=Report(title="Payment is down"), actor=alice)
    open_incident(report=Report(title="A mouse is broken"), actor=alice)
    person = sit(mona)
    page = person.go("/rules/new/")
    page.evaluate("window.stays = true")

    page.get_by_label("Name", exact=True).fill("Payment first")
    page.get_by_label("Short name").fill("payment")
    page.get_by_role("button", name="Add condition").click()
    page.get_by_label("What is asked for").select_option("record.title")
    page.get_by_label("How it is compared").select_option("has")
    page.get_by_label("With what").fill("payment")
    page.get_by_label("Another step").select_option("note")
    page.get_by_role("button", name="Add step").click()
    page.get_by_label("Text", exact=True).fill("{number} comes first.")
    assert page.evaluate("window.stays")  # rows came and went without another page
    page.get_by_role("button", name="Save", exact=True).click()

    page.get_by_role("link", name="Simulate").click()
    expect(page.get_by_role("status").first).to_contain_text("acted 1 time, of 2 times")
    expect(page.get_by_role("table")).to_contain_text(before.number)
    assert Rule.objects.get().firings.count() == 0

    page.get_by_role("link", name="Payment first").click()
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator(".page-head .badge")).to_contain_text("On")
    incident = open_incident(report=Report(title="Payment hangs"), actor=alice)
    page = person.go_live(f"/incidents/{incident.number}/")
    expect(page.locator("[data-timeline]")).to_contain_text(f"{incident.number} comes first.")
    page.reload()
    expect(page.get_by_role("link", name="by the rule “Payment first”").first).to_be_visible()
    page.get_by_role("link", name="Why did, or did not, a rule act?").click()
    expect(page.get_by_role("main")).to_contain_text("Acted")
