"""An article from its first word to a reader who need not ask: written, judged, compared, found."""

import pytest
from playwright.sync_api import Page, expect

from incidents.models import Incident
from itsm.people.models import User
from knowledge.models import Showing, Version
from tests.factories import ServiceFactory
from tests.journeys.conftest import Sit
from tests.journeys.pictures import take

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = """## Symptom

The client asks for the password again and again.

## Fix

1. Quit the client.
2. Type `klist purge`.

| Client | Since |
|---|---|
| 5.1 | spring |
"""


def write(page: Page) -> None:
    """Fill in the editor and submit it."""
    page.get_by_label("Title").fill("The VPN asks for the password again")
    page.get_by_label("In one sentence").fill("Clear the old ticket, then sign in once more.")
    page.get_by_label("Text", exact=True).fill(TEXT)
    page.get_by_label("Who reads it").select_option("public")
    page.get_by_label("Service optional").fill("vpn")
    expect(page.locator("[data-article-shown] h2").nth(1)).to_have_text("Fix")
    take(page, "article-edit")
    page.get_by_role("button", name="Save and submit for review").click()
    expect(page.locator(".ticket-head .badge").first).to_have_text("In review")


def agree(page: Page) -> None:
    """Say yes to what is asked."""
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Thank you, your word counts.").first).to_be_visible()


def find_and_thank(phone: Page) -> None:
    """Begin a report, read the article instead, and say that it helped."""
    phone.get_by_label("What is wrong?").press_sequentially("vpn wants my password")
    answer = phone.get_by_role("link", name="The VPN asks for the password again")
    expect(answer).to_be_visible()
    take(phone, "portal-answer")
    answer.click()
    expect(phone.locator(".article")).to_contain_text("with Exit")
    take(phone, "portal-article")
    phone.get_by_role("button", name="Yes").click()
    expect(phone.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")


def test_an_article_is_written_judged_compared_and_answers_before_a_ticket_exists(
    sit: Sit, alice: User, bob: User, charlie: User
) -> None:
    ServiceFactory(name="vpn", title="VPN")
    writer = sit(alice, face="wide")
    write(writer.go("/knowledge/new/?kind=troubleshooting"))
    version = Version.objects.get()
    address = f"/knowledge/{version.article.number}/"

    judge = sit(bob, face="wide").go(address)
    take(judge, "article-review")
    agree(judge)
    expect(judge.locator(".ticket-head .badge").first).to_have_text("Published")

    page = writer.go(f"{address}edit/")
    text = page.get_by_label("Text", exact=True)
    text.fill(TEXT.replace("Quit the client.", "Quit the client with Exit."))
    page.get_by_label("What is new").fill("How to quit")
    page.get_by_role("button", name="Save and submit for review").click()
    page.get_by_role("link", name="What changed").click()
    expect(page.locator(".diff ins")).to_have_text(" with Exit")
    take(page, "article-compare")
    judge.goto(f"{judge.url.partition('?')[0]}?language=en&version=2")
    agree(judge)
    take(judge, "article")
    page = writer.go("/knowledge/?q=vpn+password")
    expect(page.locator("mark").first).to_be_visible()
    take(page, "knowledge-search")

    find_and_thank(sit(charlie, face="phone", has_touch=True).go("/portal/report/"))

    assert not Incident.objects.exists()
    assert set(Showing.objects.values_list("place", flat=True)) == {"suggested", "read"}
    page = writer.go("/knowledge/measures/")
    take(page, "knowledge-measures")
