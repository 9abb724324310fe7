"""From an item somebody builds to what somebody else has ordered, agreed to and received."""

import re

import pytest
from playwright.sync_api import Page, expect

from itsm.people.models import User
from requests.models import CatalogItem, ServiceRequest
from tests.factories import CategoryFactory
from tests.journeys.conftest import Sit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(150),
]


def build(desk: Page) -> None:
    """Fill in the editor: two questions, the second moved up, a step, and who agrees."""
    desk.get_by_label("Name", exact=True).fill("New environment")
    desk.get_by_label("Short name", exact=True).fill("environment")
    desk.get_by_label("What it is, in a sentence").fill("A place of your own.")
    desk.get_by_label("Team that owns it").select_option("platform")
    first = desk.locator("[data-list-of=questions] > li").nth(0)
    first.get_by_label("Question", exact=True).fill("How large?")
    first.get_by_label("Type", exact=True).select_option("choice")
    first.get_by_label("Needed", exact=True).select_option("yes")
    first.get_by_text("More about it").click()
    first.get_by_label("Choices, one a line").fill("Small\nLarge")
    first.get_by_label("Name in steps").fill("size")
    second = desk.locator("[data-list-of=questions] > li").nth(1)
    second.get_by_label("Question", exact=True).fill("What for?")
    second.get_by_role("button", name="Up").click()
    expect(desk.locator("[data-preview] .field").nth(0)).to_contain_text("What for?")
    expect(desk.locator("[data-preview] option")).to_have_text(["Choose", "Small", "Large"])
    step = desk.locator("[data-list-of=steps] > li").nth(0)
    step.get_by_label("What is done").first.fill("Create it")
    step.get_by_label("Team").first.select_option("platform")
    step.get_by_label("What it is told, a line each").first.fill("size = answer.size")
    expect(step.get_by_label("Hours it waits")).to_be_hidden()
    stage = desk.locator("[data-list-of=stages] > li").nth(0)
    stage.get_by_label("Who", exact=True).select_option("owner")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("version 1")).to_be_visible()


def test_an_item_is_built_ordered_on_a_phone_agreed_to_and_fulfilled_live(
    sit: Sit, alice: User, charlie: User, dana: User
) -> None:
    CategoryFactory(slug="platform", name="Environments")
    build(sit(dana, face="wide").go("/requests/catalogue/new/"))
    version = CatalogItem.objects.get().current
    assert version is not None
    assert [each["name"] for each in version.questions] == ["what_for", "size"]

    phone = sit(charlie, face="phone").go("/portal/catalogue/")
    phone.get_by_role("link", name="New environment").click()
    phone.get_by_label("How large?").select_option("Large")
    phone.get_by_role("button", name="Order it").click()
    now = phone.locator(".stages [aria-current]")
    expect(now).to_have_text("Waiting for approval")

    word = sit(alice, face="phone").go("/approvals/")
    expect(word.locator("dl.picture")).to_contain_text(
        "1. Create it (by hand, Platform): Size: Large"
    )
    word.get_by_role("button", name="Approve").click()
    expect(now).to_have_text("We are on it")

    word.goto(word.url.replace("/approvals/", "/tasks/?whose=team"))
    expect(word.get_by_text("Create it").first).to_be_visible()
    word.get_by_label("What came of it").fill("https://charlie.example.org")
    word.get_by_role("button", name=re.compile("^Done")).click()
    expect(now).to_have_text("Ready")
    phone.get_by_role("button", name="All is well").click()
    expect(now).to_have_text("Done")

    ordered = ServiceRequest.objects.get()
    assert ordered.executed_hash == ordered.approved_hash != ""
    assert "charlie.example.org" not in phone.content()
