"""A change from its plan to its review, with the word of others from their phones."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from changes.models import Change
from itsm.core import delivery
from itsm.people.models import User
from tests.factories import ServiceFactory
from tests.journeys.conftest import Sit
from tests.journeys.test_problems import do

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(150),
]

# Where pictures go for somebody to look at; none are taken unless it is said.
PICTURES = os.environ.get("PICTURES", "")


def take(page: Page, name: str) -> None:
    """A picture of what there is just now."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"change-{name}.png", full_page=True)


def plan(page: Page) -> Change:
    """Write all that others must know before they can agree."""
    begins = timezone.localtime() + timedelta(days=2)
    for name, value in {
        "title": "Rotate the certificates of the shop",
        "service": "shop",
        "reason": "They run out on Friday.",
        "planned_start": f"{begins:%Y-%m-%dT%H:%M}",
        "planned_end": f"{begins + timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "implementation_plan": "One node after the other.",
        "test_plan": "Buy something.",
        "backout_plan": "The old ones are kept beside them.",
    }.items():
        page.locator(f"form [name={name}]").fill(value)
    page.get_by_label("Taking it back was tried").check()
    take(page, "1-plan")
    page.get_by_role("button", name="Open change").click()
    page.wait_for_url("**/changes/CHG-*/")
    return Change.objects.get()


def agree(sit: Sit, who: User, change: Change, name: str) -> None:
    """Say yes from a phone, in the dark."""
    page = sit(who, face="phone", has_touch=True, color_scheme="dark").go("/approvals/")
    expect(page.get_by_role("main")).to_contain_text(change.number)
    take(page, name)
    page.get_by_role("button", name="Approve").tap()
    expect(page.get_by_text("Nobody waits for your word.")).to_be_visible()


def answer(page: Page, verb: str, **given: str) -> None:
    """Press a verb whose dialog has something to choose."""
    page.locator(".verbs").get_by_role("link", name=verb, exact=True).click()
    sheet = page.get_by_role("dialog")
    for name, value in given.items():
        field = sheet.locator(f"[name={name}]")
        is_choice = field.evaluate("each => each.matches('select')")
        field.select_option(value) if is_choice else field.fill(value)
    sheet.get_by_role("button", name=verb, exact=True).click()
    expect(sheet).to_be_hidden()


def test_a_change_is_planned_assessed_agreed_to_run_and_reviewed(
    sit: Sit, alice: User, bob: User, mona: User
) -> None:
    ServiceFactory(name="shop", owner_team=alice.memberships.get().team)
    page = sit(alice).go("/changes/new/")
    change = plan(page)

    do(page, "Submit")
    expect(page.get_by_role("main")).to_contain_text("Assess")
    take(page, "2-assess")
    agree(sit, bob, change, "3-peer-phone")
    agree(sit, mona, change, "4-manager-phone")
    delivery.deliver_owed()
    # The days pass.
    now = timezone.now()
    Change.objects.update(planned_start=now, planned_end=now + timedelta(hours=2))
    page.reload()
    take(page, "5-scheduled")
    do(page, "Start work")
    for left in (2, 1):
        expect(page.get_by_role("button", name="Done")).to_have_count(left)
        take(page, f"6-{left}-left")
        page.get_by_role("button", name="Done").first.click()
    expect(page.get_by_role("button", name="Done")).to_have_count(0)
    answer(page, "Complete", outcome="ok")
    expect(page.locator(".verbs")).to_contain_text("Close")
    take(page, "7-review")
    answer(page, "Close", code="successful", notes="All nodes have them.")
    change.refresh_from_db()

    assert (change.state, change.outcome) == ("closed", "ok")
