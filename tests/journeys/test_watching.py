"""Watching and finding: the dashboard in a burst, the palette by keyboard alone, the wallboard."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from incidents import actions
from incidents.actions.opening import Report
from itsm.inventory.models import ServiceDependency
from itsm.people.models import User
from tests.factories import IncidentFactory, ServiceFactory
from tests.journeys.conftest import Sit
from tests.journeys.looking import shut_out

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(90)]

COUNT_REQUESTS = """() => {
  globalThis.asked = [];
  const fetch = globalThis.fetch;
  globalThis.fetch = (address, options) => {
    globalThis.asked.push(options?.headers?.["X-Parts"] ?? "");
    return fetch(address, options);
  };
  globalThis.longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      globalThis.longest = Math.max(globalThis.longest, duration);
    }
  }).observe({ type: "longtask" });
}"""


BEYOND = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_the_dashboard_stays_live_and_quick_while_fifty_rows_a_second_change(
    sit: Sit, alice: User, charlie: User
):
    rows = [IncidentFactory(opened_by=charlie, assignee=alice) for _ in range(50)]
    page = sit(alice).go_live("/")
    page.evaluate(COUNT_REQUESTS)
    began = time.monotonic()

    for each in rows:
        actions.acknowledge(each, actor=alice)
    last = actions.open_incident(
        report=Report(title="The last of the burst", caller=charlie), actor=alice
    )

    expect(page.locator(f"#newest-{last.number}")).to_be_visible(timeout=6000)
    asked = page.evaluate("globalThis.asked")
    assert len(asked) <= 2 + (time.monotonic() - began)
    assert all("alerts" not in each.split() and "pace" not in each.split() for each in asked)
    assert page.evaluate("globalThis.longest") < 200


def test_the_palette_finds_opens_and_acts_by_keyboard_alone(sit: Sit, alice: User, charlie: User):
    incident = actions.open_incident(
        report=Report(title="Payments time out", caller=charlie), actor=alice
    )
    ServiceFactory(name="checkout", title="Checkout")
    page = sit(alice).go_live("/")

    open_palette(page, "payments")
    chosen = page.locator(".palette [aria-selected=true]")
    expect(chosen).to_contain_text(incident.number)
    expect(page.get_by_role("combobox", name="Record, action")).to_have_attribute(
        "aria-activedescendant", re.compile("palette-")
    )
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/incidents/{incident.number}/$"))

    open_palette(page, "acknow")
    expect(chosen).to_contain_text("Acknowledge")
    page.keyboard.press("Enter")
    expect(page.locator(".verbs")).not_to_contain_text("Acknowledge")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()

    open_palette(page, "checko")
    expect(chosen).to_contain_text("Checkout")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/services/checkout/$"))

    open_palette(page, "")
    expect(chosen).to_contain_text(incident.number)
    page.keyboard.press("ArrowUp")
    expect(page.locator(".palette [role=option]").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[data-palette]")).to_be_hidden()


def test_the_wallboard_ticks_lives_and_says_when_it_is_signed_out(
    sit: Sit, alice: User, charlie: User
):
    IncidentFactory(priority=1, title="The shop is down", opened_by=charlie)
    person = sit(alice)
    page = person.go_live("/wall/")
    age = page.locator(".wall-age").first
    before = age.inner_text()

    expect(age).not_to_have_text(before, timeout=3000)
    IncidentFactory(priority=1, title="Nobody sees this yet", opened_by=charlie)
    actions.open_incident(
        report=Report(title="Now all burns", impact=1, urgency=1, caller=charlie), actor=alice
    )
    expect(page.locator(".wall-burning")).to_contain_text("Now all burns")
    expect(page.locator(".wall-banner.is-ended")).to_be_hidden()

    alice.is_active = False
    alice.save()
    expect(page.get_by_text("This screen is signed out.")).to_be_visible(timeout=30_000)


# The plain pages are walked with all others; these are full of long words and of neighbours.
PAGES = ("/", "/wall/", "/services/checkout/", "/search/?q=slow")


def test_full_pages_please_axe_and_never_scroll_sideways(sit: Sit, alice: User, charlie: User):
    checkout = ServiceFactory(name="checkout", title="Checkout")
    for name in ("payments", "identity", "storage"):
        needed = ServiceFactory(name=name)
        ServiceDependency.objects.create(service=checkout, needed=needed)
    for priority in (1, 2, 3, 4, 5):
        IncidentFactory(priority=priority, service=checkout, assignee=alice, opened_by=charlie)
    long = Report(title="Slow " * 40, description="Slow " * 400, caller=charlie, service=checkout)
    actions.open_incident(report=long, actor=alice)
    person = sit(alice, face="small", color_scheme="dark")

    found = [(path, wrong) for path in PAGES for wrong in wrong_with(person.go(path))]

    assert found == []


def test_the_open_palette_pleases_axe(sit: Sit, alice: User):
    page = sit(alice).go_live("/")
    page.keyboard.press("Control+k")
    page.locator(".palette [role=option]").first.wait_for()
    expect(page.locator(".palette [aria-busy]")).to_have_count(0)

    assert wrong_with(page) == []


def open_palette(page: Page, words: str) -> None:
    """Open the palette and type these words, once the page listens to keys."""
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("Control+k")
    page.keyboard.type(words)


def wrong_with(page: Page) -> list[str]:
    """What axe finds once all is there, and how far the page can be scrolled sideways."""
    expect(page.locator("[data-part][data-later]")).to_have_count(0)
    found = shut_out(page)
    beyond = page.evaluate(BEYOND)
    return found + ([f"scrolls {beyond} px sideways"] if beyond > 0 else [])
